package io.tallystick.billing.chain.engine;

/**
 * The places between two steps where a process may die. Nothing happens there in production; tests end the process, or
 * let another worker go first.
 */
public interface Faults {

    /** Named after what has just been done. */
    enum Point {
        LOOKED,
        ESTIMATED,
        SIGNED,
        SIGNED_STORED,
        SENT,
        SENT_STORED,
        MINED_SEEN,
        MINED_STORED,
        FINAL_SEEN,
        FINAL_STORED,
        SETTLEMENT_CHOSEN,
        SETTLEMENT_PLANNED,
        SETTLEMENT_SUBMITTED,
        SETTLEMENT_BOOKED
    }

    void at(Point point);
}
