package io.tallystick.billing.channel;

import io.tallystick.billing.money.TokenAmount;

/** What became of a voucher. Not accepting one is an answer, not an exception. */
public sealed interface VoucherResult {

    /** The channel's authorized total rose by {@code increment}. */
    record Accepted(Channel channel, TokenAmount increment) implements VoucherResult {}

    /** The channel already had this total or a higher one: the answer to a retry. */
    record AlreadyCovered(Channel channel) implements VoucherResult {}

    /** Listed by precedence: when several apply, the first is returned. */
    enum Rejected implements VoucherResult {
        UNKNOWN_CHANNEL,
        WRONG_SIGNER,
        CHANNEL_CLOSING,
        DEPOSIT_EXCEEDED
    }
}
