package io.tallystick.metering.usage.ingest;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.tallystick.metering.meter.Meter;
import io.tallystick.metering.meter.MeterCatalogue;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The meters as they were a moment ago: enough to tell a sender at once that a value cannot be counted. What counts is
 * decided by whoever reads the log, with the meters of that moment; taking events in needs no database.
 */
@ApplicationScoped
class KnownMeters {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final MeterCatalogue catalogue;
    private final Pool pool;
    private volatile Map<String, List<Meter>> byTenant = Map.of();

    KnownMeters(MeterCatalogue catalogue, Pool pool) {
        this.catalogue = catalogue;
        this.pool = pool;
    }

    List<Meter> of(String tenant) {
        return byTenant.getOrDefault(tenant, List.of());
    }

    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> refresh() {
        return catalogue
                .all(pool)
                .ifNoItem()
                .after(TIMEOUT)
                .fail()
                .invoke(meters -> byTenant = meters)
                .replaceWithVoid()
                // The old ones stay in use until the database is back.
                .onFailure()
                .recoverWithNull();
    }
}
