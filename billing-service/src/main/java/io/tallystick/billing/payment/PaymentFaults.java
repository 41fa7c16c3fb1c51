package io.tallystick.billing.payment;

/**
 * The places between two steps of a payment where a process may die. Nothing happens there in production; tests end the
 * work, or the process.
 */
public interface PaymentFaults {

    /** Named after what has just been done. */
    enum Point {
        PAYMENT_MATCHED,
        PAYMENT_VERIFIED,
        DEPOSIT_SUBMITTED,
        DEPOSIT_MINED,
        DEPOSIT_SEEN,
        /** In the transaction that is about to end. */
        HOLD_WRITTEN,
        HELD,
        CAPTURE_PRICED,
        /** In the transaction that is about to end. */
        CAPTURE_WRITTEN,
        CAPTURED,
        SETTLING,
        SETTLEMENT_SUBMITTED,
        SETTLEMENT_MINED
    }

    void at(Point point);
}
