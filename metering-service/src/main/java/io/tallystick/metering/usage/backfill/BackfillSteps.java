package io.tallystick.metering.usage.backfill;

import io.tallystick.kit.outbox.Outbox;
import io.tallystick.kit.outbox.OutboxMessage;
import io.tallystick.metering.meter.Meter;
import io.tallystick.metering.meter.MeterCatalogue;
import io.tallystick.metering.usage.Series;
import io.tallystick.metering.usage.UsageConfig;
import io.tallystick.metering.usage.backfill.Page.Added;
import io.tallystick.metering.usage.backfill.Page.Kept;
import io.tallystick.metering.usage.counting.Claims;
import io.tallystick.metering.usage.counting.SeriesTotals;
import io.tallystick.metering.usage.counting.Transactions.Statements;
import io.tallystick.metering.usage.event.EventAttributes;
import io.tallystick.metering.usage.event.EventKey;
import io.tallystick.metering.usage.event.EventReader;
import io.tallystick.metering.usage.event.UsageEvent;
import io.tallystick.metering.usage.rollup.Observation;
import io.tallystick.metering.usage.rollup.Rollups;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;

/**
 * One step of a back-fill, within one transaction.
 *
 * <p>The first takes the tenant's lock alone. Whoever counted for the tenant without knowing the meter has committed by
 * then, and whoever counts later knows it: up to the id that is drawn there lies all that the meter missed. The steps that
 * follow hold the lock shared, as those do who count, because a void takes it alone: it either sees what a step added to
 * the record, or the step sees the void.
 */
@ApplicationScoped
class BackfillSteps {
    private static final String SOURCE = "/metering-service";

    /** Records that are passed in a step; of other tenants, too. */
    private static final int PASSED = 20_000;

    /** Events that are read in a step, each of 64 KiB at most. */
    private static final int READ = 500;

    /** Furthest that an event's time lies ahead of the day it is counted. */
    private static final Duration AHEAD = Duration.ofDays(1);

    private final MeterCatalogue meters;
    private final EventReader reader;
    private final SeriesTotals totals;
    private final Rollups rollups;
    private final Outbox outbox;
    private final UsageConfig config;

    BackfillSteps(
            MeterCatalogue meters,
            EventReader reader,
            SeriesTotals totals,
            Rollups rollups,
            Outbox outbox,
            UsageConfig config) {
        this.meters = meters;
        this.reader = reader;
        this.totals = totals;
        this.rollups = rollups;
        this.outbox = outbox;
        this.config = config;
    }

    /** @return how many events it counted; empty if another has the back-fill in hand, or it is over */
    OptionalInt step(Statements statements, String id) {
        statements.run(
                "select set_config('statement_timeout', $1, true)",
                Tuple.of(Long.toString(statements.timeout().toMillis())));
        var rows = statements.run(
                "select b.*, m.slug, m.deleted_at from backfill b join meter m on m.id = b.meter "
                        + "where b.meter = $1 and b.state in ('waiting', 'running') for update of b skip locked",
                Tuple.of(id));
        if (rows.rowCount() == 0) {
            return OptionalInt.empty();
        }
        var row = rows.iterator().next();
        var waiting = row.getString("state").equals("waiting");
        lock(statements, row.getString("tenant"), waiting);
        if (waiting) {
            begin(statements, row);
            return OptionalInt.of(0);
        }
        var meter = meter(statements, row);
        if (meter.isEmpty()) {
            statements.run(
                    "update backfill set state = 'cancelled', updated_at = clock_timestamp() where meter = $1",
                    Tuple.of(id));
            return OptionalInt.of(0);
        }
        return OptionalInt.of(count(statements, row, meter.get()));
    }

    private static void lock(Statements statements, String tenant, boolean alone) {
        statements.run(
                "select " + (alone ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared") + "($1, $2)::text",
                Tuple.of(Claims.TENANT_LOCK, tenant.hashCode()));
    }

    private void begin(Statements statements, Row row) {
        var now = statements
                .run("select (clock_timestamp() at time zone 'UTC')::date as day, nextval('usage_record_id') as id")
                .iterator()
                .next();
        var last = now.getLocalDate("day");
        var since =
                LocalDate.ofInstant(row.getOffsetDateTime("since").toInstant().minus(AHEAD), ZoneOffset.UTC);
        var oldest = last.minusDays(config.keepDays());
        statements.run(
                "update backfill set state = 'running', day = $2, after_id = 0, last_day = $3, last_id = $4, "
                        + "updated_at = clock_timestamp() where meter = $1",
                Tuple.of(row.getString("meter"), since.isBefore(oldest) ? oldest : since, last, now.getLong("id")));
    }

    private Optional<Meter> meter(Statements statements, Row row) {
        if (row.getOffsetDateTime("deleted_at") != null) {
            return Optional.empty();
        }
        var tenant = row.getString("tenant");
        return meters
                .of(statements.connection(), Set.of(tenant))
                .await()
                .atMost(statements.timeout())
                .getOrDefault(tenant, List.of())
                .stream()
                .filter(meter -> meter.slug().equals(row.getString("slug")))
                .findFirst();
    }

    private int count(Statements statements, Row row, Meter meter) {
        var day = row.getLocalDate("day");
        var after = row.getLong("after_id");
        var passed = statements
                .run(
                        "select count(*) as number, max(id) as last from (select id from usage_record where day = $1 "
                                + "and id > $2 and id <= $3 order by id limit $4) as passed",
                        Tuple.of(day, after, row.getLong("last_id"), PASSED))
                .iterator()
                .next();
        if (passed.getLong("number") == 0) {
            nextDay(statements, row);
            return 0;
        }
        var records = records(statements, row, meter, passed.getLong("last"));
        var page = new Page(meter, records, ofMeter(statements, row, records), voided(statements, records));
        add(statements, day, meter, page);
        // A page that is full ends with its last record: what follows is looked at next.
        var upTo = records.size() == READ ? records.getLast().id() : passed.getLong("last");
        statements.run(
                "update backfill set after_id = $2, looked = looked + (select count(*) from usage_record where day = $3 "
                        + "and id > $4 and id <= $2), counted = counted + $5, unusable = unusable + $6, "
                        + "updated_at = clock_timestamp() where meter = $1",
                Tuple.of(row.getString("meter"), upTo, day, after, page.added().size(), page.unusable()));
        return page.added().size();
    }

    /** The next that has any records; none of the days between is a step of its own. */
    private static void nextDay(Statements statements, Row row) {
        var next = statements.run(
                "select day from usage_record where day > $1 and day <= $2 order by day limit 1",
                Tuple.of(row.getLocalDate("day"), row.getLocalDate("last_day")));
        var last = next.rowCount() == 0;
        statements.run(
                "update backfill set day = $2, after_id = 0, state = $3, updated_at = clock_timestamp() where meter = $1",
                Tuple.of(
                        row.getString("meter"),
                        last
                                ? row.getLocalDate("last_day")
                                : next.iterator().next().getLocalDate("day"),
                        last ? "done" : "running"));
    }

    /** In the order of their ids, and locked in it: two meters of a tenant may be filled at once. */
    private List<Kept> records(Statements statements, Row row, Meter meter, long last) {
        var kept = new ArrayList<Kept>();
        statements
                .run(
                        "select id, source, event_id, subject, time, funding, event, series from usage_record "
                                + "where day = $1 and id > $2 and id <= $3 and tenant = $4 and type = $5 and time >= $6 "
                                + "order by id limit " + READ + " for no key update",
                        Tuple.of(row.getLocalDate("day"), row.getLong("after_id"), last, row.getString("tenant"))
                                .addString(meter.eventType())
                                .addOffsetDateTime(row.getOffsetDateTime("since")))
                .forEach(record -> kept.add(new Kept(
                        record.getLong("id"),
                        event(record, row.getString("tenant"), meter.eventType()),
                        Set.copyOf(List.of(record.getArrayOfUUIDs("series"))))));
        return kept;
    }

    private UsageEvent event(Row record, String tenant, String type) {
        return new UsageEvent(
                tenant,
                Page.funding(record.getString("funding")),
                record.getString("source"),
                record.getString("event_id"),
                type,
                record.getString("subject"),
                record.getOffsetDateTime("time").toInstant(),
                data(record.getBuffer("event").getBytes()));
    }

    private Object data(byte[] event) {
        try {
            return reader.read(event) instanceof EventAttributes attributes ? reader.data(event, attributes) : null;
        } catch (IOException e) {
            throw new IllegalStateException("an event that was counted is not readable", e);
        }
    }

    private static Set<UUID> ofMeter(Statements statements, Row row, List<Kept> records) {
        var named = records.stream()
                .flatMap(record -> record.series().stream())
                .distinct()
                .toArray(UUID[]::new);
        var found = new HashSet<UUID>();
        if (named.length > 0) {
            statements
                    .run(
                            "select key from series where key = any($1) and meter = $2 union all "
                                    + "select key from rollup where grain = 'HOUR' and key = any($1) and meter = $2",
                            Tuple.of(named, row.getString("slug")))
                    .forEach(series -> found.add(series.getUUID("key")));
        }
        return found;
    }

    private static Set<EventKey> voided(Statements statements, List<Kept> records) {
        var voided = new HashSet<EventKey>();
        if (!records.isEmpty()) {
            Object keys = records.stream().map(record -> record.key().value()).toArray(UUID[]::new);
            statements
                    .run("select key from usage_void where key = any($1) and applied", Tuple.of(keys))
                    .forEach(row -> voided.add(new EventKey(row.getUUID("key"))));
        }
        return voided;
    }

    private void add(Statements statements, LocalDate day, Meter meter, Page page) {
        if (page.added().isEmpty()) {
            return;
        }
        if (meter.aggregation().billable()) {
            tell(statements, totals.advance(statements, page.keys(), page.movements()));
        }
        if (Observation.of(meter)) {
            var today = LocalDate.now(ZoneOffset.UTC);
            rollups.count(statements.connection(), statements.timeout(), today, page.observations(meter));
        }
        var added = page.added();
        statements.run(
                """
                update usage_record r set series = r.series || a.series, quantity = r.quantity || a.quantity::numeric
                from unnest($2::bigint[], $3::uuid[], $4::text[]) as a (id, series, quantity)
                where r.day = $1 and r.id = a.id
                """,
                Tuple.of(day)
                        .addArrayOfLong(
                                added.stream().map(one -> one.record().id()).toArray(Long[]::new))
                        .addArrayOfUUID(added.stream().map(Added::id).toArray(UUID[]::new))
                        .addArrayOfString(added.stream()
                                .map(one -> one.quantity().toString())
                                .toArray(String[]::new)));
    }

    /** As of late events: totals rise, and whoever bills them hears what they came to. */
    private void tell(Statements statements, List<Series> moved) {
        var now = Instant.now();
        var messages = moved.stream()
                .map(series -> OutboxMessage.of(SOURCE, series.toEvent(), now))
                .sorted(Comparator.comparing(OutboxMessage::slot))
                .toList();
        outbox.put(statements.connection(), messages).await().atMost(statements.timeout());
    }
}
