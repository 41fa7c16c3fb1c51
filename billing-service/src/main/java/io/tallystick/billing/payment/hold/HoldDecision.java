package io.tallystick.billing.payment.hold;

import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.HoldResult;
import io.tallystick.billing.channel.Voucher;
import io.tallystick.billing.channel.VoucherResult;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.TokenAmount;

/**
 * Whether a call that comes with a voucher is held now, waits, or is told our books.
 *
 * <p>A payer signs what it believes it was charged, plus this call's maximum. If other calls of the channel are under
 * way it cannot know, so it waits for them; only then is it told what was charged, and while it signs again nobody
 * with old books is let in before it.
 */
public sealed interface HoldDecision {

    /** Held; {@code channel} has the voucher and the hold. */
    record Take(Channel channel) implements HoldDecision {}

    /** Not held; the payer is to be told how the channel stands. */
    record Tell(Channel channel) implements HoldDecision {}

    record Answer(Taken.Not not) implements HoldDecision {}

    /**
     * @param used whether this very payment bought a call before
     * @param turnTaken whether a payer that was just told our books is awaited
     */
    static HoldDecision of(
            Channel channel, TokenAmount maximum, Voucher voucher, Address signer, boolean used, boolean turnTaken) {
        var decision = of(channel, maximum, voucher, signer, turnTaken);
        return used && decision instanceof Take ? waitOrTell(channel, turnTaken) : decision;
    }

    private static HoldDecision of(
            Channel channel, TokenAmount maximum, Voucher voucher, Address signer, boolean turnTaken) {
        return switch (channel.accept(voucher, signer)) {
            case VoucherResult.Accepted(var next, var _) -> held(next, maximum, voucher, turnTaken);
            case VoucherResult.AlreadyCovered(var same) -> held(same, maximum, voucher, turnTaken);
            case VoucherResult.Rejected.UNKNOWN_CHANNEL -> new Answer(Taken.Not.UNKNOWN_CHANNEL);
            case VoucherResult.Rejected.WRONG_SIGNER -> new Answer(Taken.Not.WRONG_SIGNER);
            case VoucherResult.Rejected.CHANNEL_CLOSING -> new Answer(Taken.Not.CHANNEL_CLOSING);
            case VoucherResult.Rejected.DEPOSIT_EXCEEDED -> waitOrTell(channel, turnTaken);
        };
    }

    private static HoldDecision held(Channel channel, TokenAmount maximum, Voucher voucher, boolean turnTaken) {
        // The payment shown has to cover the call itself: an older voucher must not spend what a newer one signed.
        if (channel.spokenFor().plus(maximum).exceeds(voucher.ceiling())) {
            return channel.closing() ? new Answer(Taken.Not.CHANNEL_CLOSING) : waitOrTell(channel, turnTaken);
        }
        return switch (channel.hold(maximum)) {
            case HoldResult.Held(var next) -> new Take(next);
            case HoldResult.Refused.CHANNEL_CLOSING -> new Answer(Taken.Not.CHANNEL_CLOSING);
            case HoldResult.Refused.NOT_AUTHORIZED, HoldResult.Refused.NOT_DEPOSITED -> waitOrTell(channel, turnTaken);
        };
    }

    private static HoldDecision waitOrTell(Channel channel, boolean turnTaken) {
        return turnTaken || !channel.held().isZero() ? new Answer(Taken.Not.BUSY) : new Tell(channel);
    }
}
