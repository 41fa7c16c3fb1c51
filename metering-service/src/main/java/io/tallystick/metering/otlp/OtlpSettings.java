package io.tallystick.metering.otlp;

import static java.util.Objects.requireNonNull;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** By which signal each tenant is counted. Read again every two seconds, so that taking signals in needs no database. */
@ApplicationScoped
class OtlpSettings {
    /** A change holds from a moment on that all instances have heard of by then. */
    private static final Duration AHEAD = Duration.ofSeconds(10);

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Pool pool;
    private volatile Map<String, Setting> byTenant = Map.of();

    OtlpSettings(Pool pool) {
        this.pool = pool;
    }

    /** What may count usage. */
    enum Source {
        TRACES,
        METRICS;

        /** As it is stored and answered. */
        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * @param former what counted before {@code since}
     * @param subject attribute that says who consumed; empty for the usual ones
     */
    record Setting(Source source, Source former, Instant since, String subject) {
        static final Setting UNSAID = new Setting(Source.TRACES, Source.TRACES, Instant.EPOCH, "");

        Setting {
            requireNonNull(source, "source");
            requireNonNull(former, "former");
            requireNonNull(since, "since");
            requireNonNull(subject, "subject");
        }

        /** Whether usage of that time is counted by the signal. */
        boolean counts(Source signal, Instant time) {
            return signal == (time.isBefore(since) ? former : source);
        }

        /** Whether anything may be. */
        boolean everCounts(Source signal) {
            return signal == source || signal == former;
        }
    }

    Setting of(String tenant) {
        return byTenant.getOrDefault(tenant, Setting.UNSAID);
    }

    Uni<Setting> stored(String tenant) {
        return pool.preparedQuery("select * from otlp_setting where tenant = $1")
                .execute(Tuple.of(tenant))
                .map(rows -> rows.rowCount() == 0
                        ? Setting.UNSAID
                        : setting(rows.iterator().next()));
    }

    /** A change of the source holds ten seconds later, from then on; one of the subject at once. */
    Uni<Setting> put(String tenant, Source source, String subject, String by) {
        return pool.preparedQuery("""
                        insert into otlp_setting as s (tenant, source, former, since, subject, changed_by)
                        values ($1, $2, 'traces', now() + $3::bigint * interval '1 second', $4, $5)
                        on conflict (tenant) do update set source = $2, subject = $4, changed_by = $5,
                            former = case when s.source = $2 then s.former else s.source end,
                            since = case when s.source = $2 then s.since else excluded.since end
                        """)
                .execute(Tuple.of(tenant, source.word(), AHEAD.toSeconds(), subject, by))
                .chain(_ -> stored(tenant));
    }

    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> refresh() {
        return pool.query("select * from otlp_setting")
                .execute()
                .ifNoItem()
                .after(TIMEOUT)
                .fail()
                .invoke(rows -> {
                    var settings = new HashMap<String, Setting>();
                    rows.forEach(row -> settings.put(row.getString("tenant"), setting(row)));
                    byTenant = settings;
                })
                .replaceWithVoid()
                // The old ones stay in use until the database is back.
                .onFailure()
                .recoverWithNull();
    }

    private static Setting setting(Row row) {
        return new Setting(
                Source.valueOf(row.getString("source").toUpperCase(java.util.Locale.ROOT)),
                Source.valueOf(row.getString("former").toUpperCase(java.util.Locale.ROOT)),
                row.getOffsetDateTime("since").toInstant(),
                row.getString("subject"));
    }
}
