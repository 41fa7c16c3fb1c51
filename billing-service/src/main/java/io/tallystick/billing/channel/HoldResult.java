package io.tallystick.billing.channel;

/** Whether a call's maximum could be set aside on a channel. */
public sealed interface HoldResult {

    record Held(Channel channel) implements HoldResult {}

    /** Listed by precedence: when several apply, the first is returned. */
    enum Refused implements HoldResult {
        CHANNEL_CLOSING,
        /** The payer signed too little: a higher voucher is needed. */
        NOT_AUTHORIZED,
        /** The payer has too little in the contract: a deposit is needed. */
        NOT_DEPOSITED
    }
}
