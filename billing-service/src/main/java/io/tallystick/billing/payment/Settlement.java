package io.tallystick.billing.payment;

/** How a hold ended. */
public sealed interface Settlement {

    /** Charged, now or before. */
    record Captured(Hold hold, HoldState.Captured state) implements Settlement {}

    /** Given up, now or before. */
    record Voided(Hold hold, HoldState.Voided state) implements Settlement {}

    /** The payment failed on chain: nothing was charged, and the call must not be given. */
    record Failed(Hold hold, String answer) implements Settlement {}

    /**
     * The call is given, and its payment goes to the chain, now or later: only a chain that refuses it stops it.
     *
     * @param answer what the payer is told; empty while no transaction is signed for it
     */
    record Pending(Hold hold, String answer) implements Settlement {}

    enum Unknown implements Settlement {
        NO_SUCH_HOLD
    }
}
