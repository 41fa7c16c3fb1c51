package io.tallystick.metering.usage.counting;

import io.tallystick.events.UsageHeaders;
import io.tallystick.metering.meter.Quantity;
import io.tallystick.metering.meter.Utf8;
import io.tallystick.metering.usage.SeriesKey;
import io.tallystick.metering.usage.counting.Arrival.DeadLetter;
import io.tallystick.metering.usage.counting.Batch.Candidate;
import io.tallystick.metering.usage.counting.Claims.Claimed;
import io.tallystick.metering.usage.counting.Claims.Place;
import io.tallystick.metering.usage.counting.Transactions.Statements;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What was counted and what could not be, one row for each, several thousand in a statement. */
@ApplicationScoped
class Rows {

    void putRecords(Statements statements, Place place, List<Candidate> counted, Function<SeriesKey, UUID> series) {
        if (counted.isEmpty()) {
            return;
        }
        statements.run(
                """
                insert into usage_record (day, id, tenant, source, event_id, type, subject, time, funding, hold_id,
                    sent_by, partition, kafka_offset, appended_at, event, series, quantity,
                    import_id, revision, late)
                select $1, id, tenant, source, event_id, type, subject, time, funding, hold_id, sent_by, partition,
                    kafka_offset, appended_at, event, series::uuid[], quantity::numeric[], import_id, revision, late
                from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                    $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::int[], $13::bigint[],
                    $14::timestamptz[], $15::bytea[], $16::text[], $17::text[], $18::text[], $19::int[], $20::boolean[])
                    as r (id, tenant, source, event_id, type, subject, time, funding, hold_id, sent_by, partition,
                    kafka_offset, appended_at, event, series, quantity, import_id, revision, late)
                """,
                Tuple.of(place.day())
                        .addArrayOfLong(counted.stream().map(place::record).toArray(Long[]::new))
                        .addArrayOfString(texts(counted, row -> row.event().tenant()))
                        .addArrayOfString(texts(counted, row -> row.event().source()))
                        .addArrayOfString(texts(counted, row -> row.event().id()))
                        .addArrayOfString(texts(counted, row -> row.event().type()))
                        .addArrayOfString(texts(counted, row -> row.event().subject()))
                        .addArrayOfOffsetDateTime(
                                times(counted, row -> row.event().time()))
                        .addArrayOfString(texts(counted, row -> row.at().header(UsageHeaders.FUNDING)))
                        .addArrayOfString(texts(counted, row -> row.at().header(UsageHeaders.HOLD)))
                        .addArrayOfString(texts(counted, row -> sentBy(row.at())))
                        .addArrayOfInteger(counted.stream()
                                .map(row -> row.at().partition())
                                .toArray(Integer[]::new))
                        .addArrayOfLong(
                                counted.stream().map(row -> row.at().offset()).toArray(Long[]::new))
                        .addArrayOfOffsetDateTime(times(counted, row -> row.at().appendedAt()))
                        .addValue(bytes(counted, Candidate::at))
                        .addArrayOfString(texts(
                                counted,
                                row -> array(row, usage -> series.apply(usage.series())
                                        .toString())))
                        .addArrayOfString(texts(
                                counted,
                                row -> array(row, usage -> usage.quantity().toString())))
                        .addArrayOfString(texts(counted, row -> header(row.at(), UsageHeaders.IMPORT)))
                        .addArrayOfInteger(counted.stream()
                                .map(row -> row.event().revision())
                                .toArray(Integer[]::new))
                        .addArrayOfBoolean(
                                counted.stream().map(Candidate::isLate).toArray(Boolean[]::new)));
    }

    /** What the records added, by series; without those that are no longer kept. */
    Map<Claimed, Map<UUID, Quantity>> recall(Statements statements, Collection<Claimed> claims) {
        var records = statements.run(
                """
                select r.day, r.id, r.series, r.quantity::text[] as quantity from usage_record r
                join unnest($1::date[], $2::bigint[]) as claim (day, id) on r.day = claim.day and r.id = claim.id
                """,
                Tuple.tuple()
                        .addArrayOfLocalDate(claims.stream().map(Claimed::day).toArray(LocalDate[]::new))
                        .addArrayOfLong(claims.stream().map(Claimed::record).toArray(Long[]::new)));
        var recalled = new HashMap<Claimed, Map<UUID, Quantity>>();
        records.forEach(row -> {
            var series = row.getArrayOfUUIDs("series");
            var quantities = row.getArrayOfStrings("quantity");
            var record = new HashMap<UUID, Quantity>();
            for (int i = 0; i < series.length; i++) {
                record.put(series[i], Quantity.of(new java.math.BigDecimal(quantities[i])));
            }
            recalled.put(new Claimed(row.getLocalDate("day"), row.getLong("id")), record);
        });
        return recalled;
    }

    void putDeadLetters(Statements statements, LocalDate day, List<DeadLetter> letters) {
        if (letters.isEmpty()) {
            return;
        }
        statements.run(
                """
                insert into dead_letter (day, tenant, reason, field, detail, source, event_id, sent_by, partition,
                    kafka_offset, appended_at, event, funding, hold_id, import_id, revision)
                select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                    $8::text[], $9::int[], $10::bigint[], $11::timestamptz[], $12::bytea[], $13::text[], $14::text[],
                    $15::text[], $16::int[])
                """,
                Tuple.of(day)
                        .addArrayOfString(texts(letters, DeadLetter::tenant))
                        .addArrayOfString(texts(letters, row -> row.reason().word()))
                        .addArrayOfString(texts(letters, DeadLetter::field))
                        .addArrayOfString(texts(letters, DeadLetter::detail))
                        .addArrayOfString(texts(letters, DeadLetter::source))
                        .addArrayOfString(texts(letters, DeadLetter::id))
                        .addArrayOfString(texts(letters, row -> sentBy(row.at())))
                        .addArrayOfInteger(letters.stream()
                                .map(row -> row.at().partition())
                                .toArray(Integer[]::new))
                        .addArrayOfLong(
                                letters.stream().map(row -> row.at().offset()).toArray(Long[]::new))
                        .addArrayOfOffsetDateTime(times(letters, row -> row.at().appendedAt()))
                        .addValue(bytes(letters, DeadLetter::at))
                        .addArrayOfString(texts(letters, row -> header(row.at(), UsageHeaders.FUNDING)))
                        .addArrayOfString(texts(letters, row -> header(row.at(), UsageHeaders.HOLD)))
                        .addArrayOfString(texts(letters, row -> header(row.at(), UsageHeaders.IMPORT)))
                        .addArrayOfInteger(letters.stream()
                                .map(row ->
                                        row.at().header(UsageHeaders.REVISION).isEmpty() ? 0 : 1)
                                .toArray(Integer[]::new)));
    }

    static String sentBy(LogRecord at) {
        return header(at, UsageHeaders.BY);
    }

    private static String header(LogRecord at, String name) {
        var text = at.header(name);
        return Utf8.holds(text) ? text : "";
    }

    private static <T> String[] texts(List<T> rows, Function<T, String> column) {
        return rows.stream().map(column).toArray(String[]::new);
    }

    private static <T> OffsetDateTime[] times(List<T> rows, Function<T, Instant> column) {
        return rows.stream()
                .map(row -> column.apply(row).atOffset(ZoneOffset.UTC))
                .toArray(OffsetDateTime[]::new);
    }

    /** The driver's own buffers: its Mutiny face has no arrays of them. */
    private static <T> Buffer[] bytes(List<T> rows, Function<T, LogRecord> record) {
        return rows.stream()
                .map(row -> Buffer.buffer(record.apply(row).value()))
                .toArray(Buffer[]::new);
    }

    /** An array literal of PostgreSQL; uuids and plain decimals need no quotes in it. */
    private static String array(Candidate row, Function<Batch.Usage, String> element) {
        return row.usage().stream().map(element).collect(Collectors.joining(",", "{", "}"));
    }
}
