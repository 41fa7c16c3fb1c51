package io.tallystick.billing.reconciliation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.ledger.LedgerAccount;
import io.tallystick.billing.ledger.Transfer;
import io.tallystick.billing.ledger.Transfer.Pending;
import io.tallystick.billing.ledger.Transfer.Post;
import io.tallystick.billing.ledger.Transfers;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * Books calls that were paid by a transfer of their own: pending once charged, posted once the transfer is final. A call is
 * charged as soon as its transfer is in a block; one that a reorganisation takes out for good is voided here, and told.
 */
@ApplicationScoped
class TransferSweep {
    private static final int HOLDS_AT_ONCE = 500;

    /** Calls that are not booked at all, and booked ones whose transfer ended. */
    private static final String DUE = """
            select cast(h.id as text), h.tenant, h.asset, h.charge, h.booked, coalesce(t.state, 'gone')
            from hold h left join chain_transaction t
                on t.intent_key = h.payment_hash and h.asset like 'eip155:' || t.chain_id || '/%'
            where h.channel is null and h.state = 'captured' and h.booked in ('none', 'pending')
                and (h.booked = 'none' or coalesce(t.state, 'gone') in ('final', 'reverted', 'refused', 'gone'))
            order by h.state_at limit :limit
            """;

    private static final String MARK = "update hold set booked = :now where id = :id and booked = :before";

    private final Database database;
    private final Transfers transfers;
    private final Counter lost;
    private final Clock clock = Clock.systemUTC();

    TransferSweep(Database database, Transfers transfers, MeterRegistry metrics) {
        this.database = database;
        this.transfers = transfers;
        this.lost = Counter.builder("tallystick.payment.lost")
                .description("Calls charged by a transfer that the chain took back for good")
                .register(metrics);
    }

    /** @param transaction the state of its transfer's transaction */
    private record Due(UUID hold, LedgerAccount revenue, TokenAmount charge, String booked, String transaction) {
        static Due of(Object[] row) {
            var asset = Asset.parse((String) row[2]);
            return new Due(
                    UUID.fromString((String) row[0]),
                    LedgerAccount.revenue((String) row[1], asset),
                    new TokenAmount(asset, new BigDecimal(row[3].toString()).toBigIntegerExact()),
                    (String) row[4],
                    (String) row[5]);
        }

        Pending pending() {
            var paid = LedgerAccount.claimed(revenue.tenant(), charge.asset());
            return new Pending("exact/" + hold, paid, revenue, charge);
        }

        /** What is to be booked now, the newest state last. */
        List<Transfer> transfers() {
            var due = new ArrayList<Transfer>();
            if (booked.equals("none")) {
                due.add(pending());
            }
            switch (outcome()) {
                case "posted" -> due.add(Post.of(pending()));
                case "voided" -> due.add(Transfer.Void.of(pending()));
                default -> {
                    // Not final: the next sweep looks again.
                }
            }
            return due;
        }

        String outcome() {
            return switch (transaction) {
                case "final" -> "posted";
                case "reverted", "refused", "gone" -> "voided";
                default -> "pending";
            };
        }
    }

    @Scheduled(every = "${tallystick.ledger.every:10s}", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> followTransfers() {
        return database.inTransaction(session -> session.createNativeQuery(DUE, Object[].class)
                        .setParameter("limit", HOLDS_AT_ONCE)
                        .getResultList())
                .chain(rows -> Multi.createFrom()
                        .iterable(rows)
                        .map(Due::of)
                        .onItem()
                        .transformToUniAndConcatenate(this::book)
                        .collect()
                        .last());
    }

    private Uni<Void> book(Due due) {
        return database.inTransaction(session -> mark(session, due)
                        .chain(mine -> mine
                                ? transfers
                                        .book(session, due.revenue(), due.transfers(), clock.instant())
                                        .replaceWith(due.outcome().equals("voided"))
                                : Uni.createFrom().item(false)))
                .invoke(gone -> {
                    if (gone) {
                        lost.increment();
                        Log.errorf(
                                "a charged call's transfer did not stay on the chain, hold=%s, tenant=%s, units=%s",
                                due.hold(), due.revenue().tenant(), due.charge().units());
                    }
                })
                .replaceWithVoid();
    }

    /** @return false if another process was faster */
    private static Uni<Boolean> mark(Mutiny.Session session, Due due) {
        return session.createNativeQuery(MARK)
                .setParameter("id", due.hold())
                .setParameter("before", due.booked())
                .setParameter("now", due.outcome())
                .executeUpdate()
                .map(rows -> rows == 1);
    }
}
