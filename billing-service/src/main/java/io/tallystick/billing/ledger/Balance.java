package io.tallystick.billing.ledger;

import io.tallystick.billing.ledger.Transfer.Entry;
import io.tallystick.billing.ledger.Transfer.Pending;
import io.tallystick.billing.ledger.Transfer.Post;
import io.tallystick.billing.ledger.Transfer.Posted;
import io.tallystick.billing.ledger.Transfer.Resolution;
import java.math.BigInteger;
import java.util.Collection;
import java.util.HashMap;

/**
 * What an account's transfers add up to. Derived, never stored.
 *
 * @param debitsPosted token units, {@code >= 0}; and so the other three
 */
public record Balance(
        BigInteger debitsPosted, BigInteger creditsPosted, BigInteger debitsPending, BigInteger creditsPending) {

    public static final Balance ZERO = new Balance(BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO);

    /** Debits less credits, of what is final. Below zero for an account that is credited, such as revenue. */
    public BigInteger posted() {
        return debitsPosted.subtract(creditsPosted);
    }

    /** @param transfers every transfer of the ledger that may touch the account, in any order */
    public static Balance of(LedgerAccount account, Collection<? extends Transfer> transfers) {
        var resolutions = new HashMap<String, Resolution>();
        for (var transfer : transfers) {
            if (transfer instanceof Resolution resolution) {
                resolutions.put(resolution.pendingId(), resolution);
            }
        }
        var balance = ZERO;
        for (var transfer : transfers) {
            balance = switch (transfer) {
                case Posted posted -> balance.posted(posted, account);
                case Pending pending -> balance.pending(pending, resolutions.get(pending.id()), account);
                case Resolution _ -> balance;
            };
        }
        return balance;
    }

    private Balance pending(Pending pending, Resolution resolution, LedgerAccount account) {
        return switch (resolution) {
            case null ->
                new Balance(
                        debitsPosted,
                        creditsPosted,
                        debitsPending.add(on(pending.debit(), account, pending)),
                        creditsPending.add(on(pending.credit(), account, pending)));
            case Post _ -> posted(pending, account);
            case Transfer.Void _ -> this;
        };
    }

    private Balance posted(Entry entry, LedgerAccount account) {
        return new Balance(
                debitsPosted.add(on(entry.debit(), account, entry)),
                creditsPosted.add(on(entry.credit(), account, entry)),
                debitsPending,
                creditsPending);
    }

    private static BigInteger on(LedgerAccount side, LedgerAccount account, Entry entry) {
        return side.equals(account) ? entry.amount().units() : BigInteger.ZERO;
    }
}
