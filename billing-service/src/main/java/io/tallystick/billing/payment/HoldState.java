package io.tallystick.billing.payment;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.TokenAmount;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Where a hold stands. */
public sealed interface HoldState {

    /** The call may be served; the maximum is set aside until {@code expiresAt}. */
    record Open(Instant expiresAt) implements HoldState {
        public Open {
            // As the database keeps it, so that a retry is answered with the very same time.
            expiresAt = expiresAt.truncatedTo(ChronoUnit.MILLIS);
        }
    }

    /** The call was served, and its payment is on its way to the chain. It can no longer be voided. */
    record Settling(Instant since) implements HoldState {
        public Settling {
            requireNonNull(since, "since");
        }
    }

    /**
     * Charged, once and for all.
     *
     * @param answer what the payer is told, in the scheme's own words
     */
    record Captured(TokenAmount charge, String answer, Instant at) implements HoldState {
        public Captured {
            requireNonNull(charge, "charge");
            requireNonNull(answer, "answer");
            requireNonNull(at, "at");
        }
    }

    /**
     * Nothing was given and nothing charged.
     *
     * @param answer what the payer is told; empty if there is nothing to tell
     */
    record Voided(String reason, String answer, Instant at) implements HoldState {
        public Voided {
            requireNonNull(reason, "reason");
            requireNonNull(answer, "answer");
            requireNonNull(at, "at");
        }
    }

    /** Nobody captured, voided or renewed it in time. The money is free again; a late capture takes what is left. */
    record Lapsed(Instant at) implements HoldState {
        public Lapsed {
            requireNonNull(at, "at");
        }
    }

    /** Whether the channel still has the maximum set aside. */
    default boolean holds() {
        return switch (this) {
            case Open _, Settling _ -> true;
            case Captured _, Voided _, Lapsed _ -> false;
        };
    }
}
