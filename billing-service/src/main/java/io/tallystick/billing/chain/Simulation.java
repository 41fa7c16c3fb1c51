package io.tallystick.billing.chain;

import static java.util.Objects.requireNonNull;

/** What a call would do now. It may do something else when it is mined. */
public sealed interface Simulation {

    record Succeeds() implements Simulation {}

    /** @param reason the node's words, and the contract's error as bytes where it gives one */
    record Reverts(String reason) implements Simulation {
        public Reverts {
            requireNonNull(reason, "reason");
        }
    }
}
