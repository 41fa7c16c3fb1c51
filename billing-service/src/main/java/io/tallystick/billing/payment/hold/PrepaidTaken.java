package io.tallystick.billing.payment.hold;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.grant.GrantRefusal;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.payment.Hold;

/** What became of the wish to hold the maximum of a known caller's call. */
public sealed interface PrepaidTaken {

    record Now(Hold hold) implements PrepaidTaken {
        public Now {
            requireNonNull(hold, "hold");
        }
    }

    /** This very call was authorized before. */
    record Before(Hold hold) implements PrepaidTaken {
        public Before {
            requireNonNull(hold, "hold");
        }
    }

    /**
     * No channel of the caller has room.
     *
     * @param room the most that one has
     */
    record TooLittle(TokenAmount room) implements PrepaidTaken {
        public TooLittle {
            requireNonNull(room, "room");
        }
    }

    /**
     * A grant of the line has been spent so far that the call does not fit.
     *
     * @param left what it has left
     */
    record OutOfBudget(TokenAmount left) implements PrepaidTaken {
        public OutOfBudget {
            requireNonNull(left, "left");
        }
    }

    /** The grant does not allow the call, whatever was spent. */
    record NotByGrant(GrantRefusal why) implements PrepaidTaken {
        public NotByGrant {
            requireNonNull(why, "why");
        }
    }

    enum Not implements PrepaidTaken {
        /** The payer's account is at its limit for usage that is billed later. */
        ACCOUNT_LIMIT,
        /** The proof of a key bought another call. */
        PROOF_USED,
        /** Calls under way hold what this one needs, and may give enough of it back. */
        BUSY
    }
}
