package io.tallystick.billing.ledger;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.TokenAmount;
import java.util.Optional;

/**
 * One movement, written once and never changed. What comes later, even taking it back, is another transfer.
 *
 * <p>The id is made from what the transfer books, so booking the same thing twice gives the same id.
 */
public sealed interface Transfer {

    /** Unique in the whole ledger. */
    String id();

    /** One debit and one credit of the same amount, above zero. */
    sealed interface Entry extends Transfer {
        LedgerAccount debit();

        LedgerAccount credit();

        TokenAmount amount();
    }

    /** Moved for good. */
    record Posted(String id, LedgerAccount debit, LedgerAccount credit, TokenAmount amount) implements Entry {
        public Posted {
            requireEntry(id, debit, credit, amount);
        }
    }

    /** Seen, and not final: counted apart until it is posted or voided. */
    record Pending(String id, LedgerAccount debit, LedgerAccount credit, TokenAmount amount) implements Entry {
        public Pending {
            requireEntry(id, debit, credit, amount);
        }
    }

    /** Ends a pending transfer, one way or the other. */
    sealed interface Resolution extends Transfer {
        String pendingId();
    }

    /** The pending transfer became final. */
    record Post(String id, String pendingId) implements Resolution {
        public static Post of(Pending pending) {
            return new Post(pending.id() + "/posted", pending.id());
        }
    }

    /** The pending transfer did not come about. A ledger's word: java.lang's Void is not meant anywhere here. */
    @SuppressWarnings("JavaLangClash")
    record Void(String id, String pendingId) implements Resolution {
        public static Void of(Pending pending) {
            return new Void(pending.id() + "/voided", pending.id());
        }
    }

    private static void requireEntry(String id, LedgerAccount debit, LedgerAccount credit, TokenAmount amount) {
        requireNonNull(id, "id");
        if (debit.equals(credit)) {
            throw new IllegalArgumentException("debit and credit are one account: " + debit.name());
        }
        if (!debit.tenant().equals(credit.tenant())
                || !debit.asset().equals(credit.asset())
                || !debit.asset().equals(amount.asset())) {
            throw new IllegalArgumentException("a transfer stays within one tenant and one asset");
        }
        if (amount.isZero()) {
            throw new IllegalArgumentException("nothing moves");
        }
    }

    /**
     * Decides whether this transfer may be booked.
     *
     * @param sameId the transfer booked under this id before
     * @param pending for a resolution: the transfer it ends
     * @param resolution for a resolution: what ended that transfer before
     */
    default Outcome decide(Optional<Transfer> sameId, Optional<Pending> pending, Optional<Resolution> resolution) {
        if (sameId.isPresent()) {
            return sameId.get().equals(this) ? Accepted.REPEATED : Rejected.OTHER_TRANSFER_WITH_THIS_ID;
        }
        return switch (this) {
            case Entry _ -> Accepted.BOOKED;
            case Resolution _ when pending.isEmpty() -> Rejected.UNKNOWN_PENDING;
            case Resolution _ when resolution.isPresent() -> Rejected.ALREADY_RESOLVED;
            case Resolution _ -> Accepted.BOOKED;
        };
    }

    /** What became of a transfer. */
    sealed interface Outcome {}

    /** It stands in the ledger. */
    enum Accepted implements Outcome {
        BOOKED,
        /** It stood there before: the answer to a retry. */
        REPEATED
    }

    /** Listed by precedence: when several apply, the first is returned. */
    enum Rejected implements Outcome {
        OTHER_TRANSFER_WITH_THIS_ID,
        UNKNOWN_PENDING,
        ALREADY_RESOLVED
    }
}
