package io.tallystick.billing.payment;

/** How a hold ended. */
public sealed interface Settlement {

    /** Charged, now or before. */
    record Captured(Hold hold, HoldState.Captured state) implements Settlement {}

    /** Given up, now or before. */
    record Voided(Hold hold, HoldState.Voided state) implements Settlement {}

    /** The payment failed on chain: nothing was charged, and the call must not be given. */
    record Failed(Hold hold, String answer) implements Settlement {}

    /** Sent to the chain and not yet known; asking again later tells. */
    record Pending(Hold hold, String answer) implements Settlement {}

    enum Unknown implements Settlement {
        NO_SUCH_HOLD
    }
}
