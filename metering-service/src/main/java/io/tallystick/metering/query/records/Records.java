package io.tallystick.metering.query.records;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Reads records, the newest first. They lie by the day and order they were counted in, those of all tenants beside each
 * other, and have no other index, because counting would pay for it: a page passes a bounded number of them and says
 * where it ended.
 */
@ApplicationScoped
class Records {
    /** Records that are passed at once, and how often for one page. */
    private static final int PASSED = 20_000;

    private static final int TIMES = 10;

    /** Most bytes of the events of one page, unless one alone is larger. */
    private static final long BYTES = 4 * 1024 * 1024;

    private static final String COLUMNS =
            " day, id, source, event_id, type, subject, time, funding, sent_by, appended_at, event ";

    private final Pool pool;

    Records(Pool pool) {
        this.pool = pool;
    }

    /**
     * @param sentBy DID of the authenticated sender
     * @param event as it was sent
     */
    record UsageRecord(
            Place place,
            String source,
            String id,
            String type,
            String subject,
            Instant time,
            String funding,
            String sentBy,
            Instant appendedAt,
            String event) {}

    /** @param next where the next page begins; empty on the last */
    record Page(List<UsageRecord> records, Optional<Place> next) {}

    /** Those before {@code before}, at most {@code limit}; it may be fewer, or none, though others follow. */
    Uni<Page> page(Wanted wanted, Place before, int limit) {
        return wanted.event()
                .map(key -> pool.preparedQuery("select " + COLUMNS + " from usage_record where (day, id) = "
                                + "(select day, record_id from event_claim where key = $1 limit 1)")
                        .execute(Tuple.of(key.value()))
                        .chain(rows -> rows.rowCount() == 0
                                ? pages(wanted, new ArrayList<>(), before, limit, TIMES)
                                : Uni.createFrom().item(new Page(matching(rows, wanted, before), Optional.empty()))))
                .orElseGet(() -> pages(wanted, new ArrayList<>(), before, limit, TIMES));
    }

    /** Page after page, each read when the one before it was taken. */
    Multi<UsageRecord> all(Wanted wanted, int limit) {
        return Multi.createBy()
                .repeating()
                .uni(() -> new AtomicReference<>(Place.NEWEST), at -> page(wanted, at.get(), limit)
                        .invoke(page -> page.next().ifPresent(at::set)))
                .whilst(page -> page.next().isPresent())
                .onItem()
                .transformToMultiAndConcatenate(page -> Multi.createFrom().iterable(page.records()));
    }

    private static List<UsageRecord> matching(Iterable<Row> rows, Wanted wanted, Place before) {
        var records = new ArrayList<UsageRecord>();
        for (var row : rows) {
            var record = record(row);
            if (record.place().isBefore(before)
                    && (wanted.subject().isEmpty() || wanted.subject().equals(record.subject()))
                    && (wanted.type().isEmpty() || wanted.type().equals(record.type()))
                    && wanted.from().stream().noneMatch(from -> record.time().isBefore(from))
                    && wanted.to().stream().allMatch(to -> record.time().isBefore(to))) {
                records.add(record);
            }
        }
        return records;
    }

    private Uni<Page> pages(Wanted wanted, List<UsageRecord> found, Place before, int limit, int times) {
        return passed(wanted, before).chain(passed -> {
            if (passed.isEmpty()) {
                return Uni.createFrom().item(new Page(found, Optional.empty()));
            }
            var reached = passed.get();
            var bytes = BYTES
                    - found.stream().mapToLong(one -> one.event().length()).sum();
            return records(wanted, before, reached, limit - found.size(), bytes).chain(some -> {
                found.addAll(some.records());
                var next = some.cut() ? found.getLast().place() : reached;
                return some.cut() || times == 1
                        ? Uni.createFrom().item(new Page(found, Optional.of(next)))
                        : pages(wanted, found, next, limit, times - 1);
            });
        });
    }

    /** The oldest record of the next stretch of one day; empty if there is none. */
    private Uni<Optional<Place>> passed(Wanted wanted, Place before) {
        return pool.preparedQuery("""
                        select day, min(id) as id from (select day, id from usage_record
                            where day = (select day from usage_record where (day, id) < ($1, $2) and day <= $1
                                and day >= $3 order by day desc, id desc limit 1)
                            and (day < $1 or id < $2) order by id desc limit $4) as passed group by day
                        """)
                .execute(Tuple.of(before.day(), before.id(), wanted.firstDay(), PASSED))
                .map(rows -> rows.rowCount() == 0
                        ? Optional.empty()
                        : Optional.of(place(rows.iterator().next())));
    }

    /** @param cut whether others follow in the stretch */
    private record Some(List<UsageRecord> records, boolean cut) {}

    private Uni<Some> records(Wanted wanted, Place before, Place reached, int limit, long bytes) {
        return pool.preparedQuery(
                        "select *, place > $11 or (place > 1 and bytes > $12) as beyond from (select " + COLUMNS + """
                        , sum(octet_length(event)) over newest as bytes, row_number() over newest as place
                        from (select * from usage_record where day = $1 and id >= $2 and ($1 < $3 or id < $4)
                            and tenant = $5 and ($6 = '' or subject = $6) and ($7 = '' or source = $7)
                            and ($8 = '' or event_id = $8) and ($9 = '' or type = $9) and time >= $10 and time < $13
                            order by id desc limit $11 + 1) as found
                        window newest as (order by id desc)) as summed
                        where place <= 2 or bytes - octet_length(event) <= $12 order by place
                        """)
                .execute(Tuple.of(reached.day(), reached.id(), before.day(), before.id(), wanted.tenant())
                        .addString(wanted.subject())
                        .addString(wanted.source())
                        .addString(wanted.id())
                        .addString(wanted.type())
                        .addOffsetDateTime(time(wanted.from().orElse(Instant.EPOCH)))
                        .addInteger(limit)
                        .addLong(bytes)
                        .addOffsetDateTime(time(wanted.to().orElse(Instant.parse("9999-01-01T00:00:00Z")))))
                .map(rows -> {
                    var records = new ArrayList<UsageRecord>();
                    var cut = false;
                    for (var row : rows) {
                        if (row.getBoolean("beyond")) {
                            cut = true;
                        } else {
                            records.add(record(row));
                        }
                    }
                    return new Some(records, cut);
                });
    }

    private static OffsetDateTime time(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }

    private static Place place(Row row) {
        return new Place(row.getLocalDate("day"), row.getLong("id"));
    }

    private static UsageRecord record(Row row) {
        return new UsageRecord(
                place(row),
                row.getString("source"),
                row.getString("event_id"),
                row.getString("type"),
                row.getString("subject"),
                row.getOffsetDateTime("time").toInstant(),
                row.getString("funding"),
                row.getString("sent_by"),
                row.getOffsetDateTime("appended_at").toInstant(),
                new String(row.getBuffer("event").getBytes(), StandardCharsets.UTF_8));
    }
}
