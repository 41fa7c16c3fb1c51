package io.tallystick.billing.settlement;

import static java.util.Objects.requireNonNull;

/**
 * A settlement and how far its transaction had come when it was last looked at.
 *
 * @param state word of the transaction's state, such as {@code mined}
 * @param seen version of the transaction; -1 before it was submitted
 * @param attempts how many transactions were signed
 * @param gasUsed gas of the mined one, 0 until mined
 * @param traceparent where in a trace it was planned, empty if nowhere
 */
public record Followed(
        Settlement settlement, long number, String state, long seen, int attempts, long gasUsed, String traceparent) {

    public Followed {
        requireNonNull(settlement, "settlement");
        requireNonNull(state, "state");
        requireNonNull(traceparent, "traceparent");
    }
}
