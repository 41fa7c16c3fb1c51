package io.tallystick.billing.reconciliation;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.channel.Database;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicLong;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * What is at stake, by asset, and for how long. Every instance shows the whole installation's. An asset is a label that
 * tenants choose, so only the {@link #MOST_ASSETS} with the most at stake are shown.
 */
@ApplicationScoped
class Stakes {
    static final int MOST_ASSETS = 16;

    private static final String EXPOSURE = """
            select 'eip155:' || chain_id || '/erc20:' || token, sum(charged - claimed_pending) as units
            from channel where exposed_since is not null
            group by chain_id, token order by units desc limit :most
            """;
    private static final String SHORTFALL = """
            select 'eip155:' || chain_id || '/erc20:' || token,
                sum(greatest(charged - (deposited_pending - withdrawn_pending), 0)) as units
            from channel group by chain_id, token order by units desc limit :most
            """;
    private static final String RECEIVABLE = """
            select asset, sum(greatest(debited - credited - charged, 0)) as units
            from account where asset is not null
            group by asset order by units desc limit :most
            """;
    private static final String WAITING = """
            select
                (select coalesce(cast(extract(epoch from now() - min(exposed_since)) as bigint), 0)
                 from channel where exposed_since is not null),
                (select count(*) from hold where state = 'open'),
                (select coalesce(cast(extract(epoch from now() - min(state_at)) as bigint), 0)
                 from hold where state = 'open')
            """;

    private final Database database;
    private final MultiGauge exposure;
    private final MultiGauge shortfall;
    private final MultiGauge receivable;
    private final AtomicLong exposedSeconds = new AtomicLong();
    private final AtomicLong openHolds = new AtomicLong();
    private final AtomicLong holdSeconds = new AtomicLong();

    Stakes(Database database, MeterRegistry metrics) {
        this.database = database;
        exposure = MultiGauge.builder("tallystick.exposure.units")
                .description("Charged on channels and not claimed, in token units")
                .register(metrics);
        shortfall = MultiGauge.builder("tallystick.shortfall.units")
                .description("Charged and no longer in the contract: what payers' exits left uncovered, in token units")
                .register(metrics);
        receivable = MultiGauge.builder("tallystick.receivable.units")
                .description("Rated and not charged on a channel, in token units")
                .register(metrics);
        Gauge.builder("tallystick.exposure.age.seconds", exposedSeconds, AtomicLong::get)
                .description("Age of the oldest charge that is not claimed")
                .register(metrics);
        Gauge.builder("tallystick.holds.open", openHolds, AtomicLong::get)
                .description("Calls whose maximum is set aside")
                .register(metrics);
        Gauge.builder("tallystick.holds.oldest.seconds", holdSeconds, AtomicLong::get)
                .description("Since the oldest of them was taken or renewed")
                .register(metrics);
    }

    @Scheduled(every = "${tallystick.ledger.stakes-every:30s}", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return database.inTransaction(session -> units(session, EXPOSURE, exposure)
                .chain(() -> units(session, SHORTFALL, shortfall))
                .chain(() -> units(session, RECEIVABLE, receivable))
                .chain(() -> waiting(session)));
    }

    private static Uni<Void> units(Mutiny.Session session, String query, MultiGauge gauge) {
        return session.createNativeQuery(query, Object[].class)
                .setParameter("most", MOST_ASSETS)
                .getResultList()
                .invoke(rows -> gauge.register(rows.stream().map(Stakes::row).toList(), true))
                .replaceWithVoid();
    }

    private static MultiGauge.Row<Number> row(Object[] row) {
        return MultiGauge.Row.of(Tags.of("asset", (String) row[0]), (Number) row[1]);
    }

    private Uni<Void> waiting(Mutiny.Session session) {
        return session.createNativeQuery(WAITING, Object[].class)
                .getSingleResult()
                .invoke(row -> {
                    exposedSeconds.set(((Number) row[0]).longValue());
                    openHolds.set(((Number) row[1]).longValue());
                    holdSeconds.set(((Number) row[2]).longValue());
                })
                .replaceWithVoid();
    }
}
