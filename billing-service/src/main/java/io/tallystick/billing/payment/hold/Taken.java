package io.tallystick.billing.payment.hold;

import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.payment.Hold;

/** What became of the wish to hold a call's maximum. */
public sealed interface Taken {

    record Now(Hold hold) implements Taken {}

    /** This very call was authorized before. */
    record Before(Hold hold) implements Taken {}

    /** The payer's books differ from ours, or its deposit does not reach: it is told ours and may sign again. */
    record Behind(Channel books) implements Taken {}

    /** Listed by precedence: when several apply, the first is returned. */
    enum Not implements Taken {
        UNKNOWN_CHANNEL,
        /** Its books are another server's, or it pays another tenant. */
        SERVED_ELSEWHERE,
        WRONG_SIGNER,
        /** The payment bought another request. */
        PAYMENT_USED,
        CHANNEL_CLOSING,
        /** Another call of the channel is under way, and how it ends decides about this one. */
        BUSY
    }
}
