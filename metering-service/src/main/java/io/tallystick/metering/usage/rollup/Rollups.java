package io.tallystick.metering.usage.rollup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Adds to the cells what a batch counted: at most four statements, none if no meter of the batch has cells. Called within
 * the transaction that counts, by its thread, which waits. The counterpart is {@link Voided}.
 */
@ApplicationScoped
public class Rollups {
    private final ObjectMapper json;
    private final RollupConfig config;

    Rollups(ObjectMapper json, RollupConfig config) {
        this.json = json;
        this.config = config;
    }

    /**
     * @param today partition of what is kept by the day it was counted
     * @param seen by meters that have cells, each event once for each
     */
    public void count(SqlConnection connection, Duration timeout, LocalDate today, List<Observation> seen) {
        var minutesFrom = config.minutesFrom(today);
        var cells = new TreeMap<CellKey, Cell>();
        seen.forEach(one -> one.cells(minutesFrom).forEach(key -> cells.merge(key, Cell.of(one), Cell::plus)));
        if (cells.isEmpty()) {
            return;
        }
        var full = raise(connection, cells).await().atMost(timeout);
        var chosen = places(seen, minutesFrom, Observation::chosen);
        if (!chosen.isEmpty()) {
            observe(connection, today, chosen).await().atMost(timeout);
        }
        var unique = values(places(seen, minutesFrom, Observation::unique));
        if (!unique.isEmpty()) {
            var fresh = hold(connection, unique, full).await().atMost(timeout);
            if (!fresh.isEmpty()) {
                raiseUnique(connection, fresh).await().atMost(timeout);
            }
        }
    }

    /** An event in one of its cells. */
    private record Place(CellKey cell, Observation seen) {}

    private record Value(CellKey cell, String value) implements Comparable<Value> {
        @Override
        public int compareTo(Value other) {
            var order = cell.compareTo(other.cell);
            return order == 0 ? value.compareTo(other.value) : order;
        }
    }

    private static List<Place> places(List<Observation> seen, Instant minutesFrom, Predicate<Observation> which) {
        return seen.stream()
                .filter(which)
                .flatMap(one -> one.cells(minutesFrom).stream().map(cell -> new Place(cell, one)))
                .toList();
    }

    private static SortedMap<Value, Long> values(List<Place> places) {
        var values = new TreeMap<Value, Long>();
        places.forEach(place ->
                values.merge(new Value(place.cell(), place.seen().value().toString()), 1L, Long::sum));
        return values;
    }

    /** @return the cells of UNIQUE_COUNT that take no new values */
    private Uni<Set<CellKey>> raise(SqlConnection connection, Map<CellKey, Cell> cells) {
        var keys = cells.keySet();
        var rows = List.copyOf(cells.values());
        return connection
                .preparedQuery("""
                        insert into rollup as r (grain, key, start, tenant, subject, meter, dimensions, aggregation, events,
                            value, rank, record, complete)
                        select grain, key, start, tenant, subject, meter, dimensions::jsonb, aggregation, events,
                            value::numeric, rank::numeric, record, true
                        from unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[],
                            $7::text[], $8::text[], $9::bigint[], $10::text[], $11::text[], $12::bigint[])
                            as c (grain, key, start, tenant, subject, meter, dimensions, aggregation, events, value, rank,
                            record)
                        on conflict (key, start, grain) do update set (events, value, rank, record, complete) = (
                            select r.events + excluded.events,
                                case when r.aggregation in ('COUNT', 'SUM', 'AVG', 'UNIQUE_COUNT')
                                    then r.value + excluded.value
                                    when wins then excluded.value else r.value end,
                                case when wins then excluded.rank else r.rank end,
                                case when wins then excluded.record else r.record end,
                                r.complete and (r.aggregation <> 'UNIQUE_COUNT' or r.value < $13)
                            from (select r.events = 0 or case when r.aggregation = 'MIN'
                                then (excluded.rank, excluded.record) < (r.rank, r.record)
                                else (excluded.rank, excluded.record) > (r.rank, r.record) end as wins) as decided)
                        returning grain, key, start, complete
                        """)
                .execute(Tuple.tuple()
                        .addArrayOfString(Columns.texts(keys, key -> key.grain().name()))
                        .addArrayOfUUID(Columns.uuids(keys, CellKey::id))
                        .addArrayOfOffsetDateTime(Columns.times(keys, CellKey::start))
                        .addArrayOfString(
                                Columns.texts(rows, cell -> cell.series().tenant()))
                        .addArrayOfString(
                                Columns.texts(rows, cell -> cell.series().subject()))
                        .addArrayOfString(
                                Columns.texts(rows, cell -> cell.series().meter()))
                        .addArrayOfString(
                                Columns.texts(rows, cell -> write(cell.series().dimensions())))
                        .addArrayOfString(Columns.texts(rows, Cell::aggregation))
                        .addArrayOfLong(Columns.numbers(rows, Cell::events))
                        .addArrayOfString(
                                Columns.texts(rows, cell -> cell.value().toString()))
                        .addArrayOfString(
                                Columns.texts(rows, cell -> cell.rank().toPlainString()))
                        .addArrayOfLong(Columns.numbers(rows, Cell::record))
                        .addInteger(config.uniqueValues()))
                .map(Rollups::full);
    }

    private static Set<CellKey> full(RowSet<Row> rows) {
        var full = new HashSet<CellKey>();
        rows.forEach(row -> {
            if (!row.getBoolean("complete")) {
                full.add(key(row));
            }
        });
        return full;
    }

    static CellKey key(Row row) {
        return new CellKey(
                Grain.valueOf(row.getString("grain")),
                row.getUUID("key"),
                row.getOffsetDateTime("start").toInstant());
    }

    private static Uni<RowSet<Row>> observe(SqlConnection connection, LocalDate today, List<Place> places) {
        return connection
                .preparedQuery("""
                        insert into observation (day, cell, rank, record, value)
                        select $1, cell, rank::numeric, record, value::numeric
                        from unnest($2::uuid[], $3::text[], $4::bigint[], $5::text[]) as o (cell, rank, record, value)
                        """)
                .execute(Tuple.of(today)
                        .addArrayOfUUID(
                                Columns.uuids(places, place -> place.cell().id()))
                        .addArrayOfString(Columns.texts(
                                places, place -> place.seen().rank().toPlainString()))
                        .addArrayOfLong(
                                Columns.numbers(places, place -> place.seen().record()))
                        .addArrayOfString(Columns.texts(
                                places, place -> place.seen().value().toString())));
    }

    /** @return of each cell how many values are new in it */
    private static Uni<SortedMap<CellKey, Long>> hold(
            SqlConnection connection, SortedMap<Value, Long> values, Set<CellKey> full) {
        var rows = values.keySet();
        return connection
                .preparedQuery("""
                        insert into rollup_value as v (grain, cell, start, value, events)
                        select grain, cell, start, value::numeric, events
                        from unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[], $5::bigint[], $6::boolean[])
                            as n (grain, cell, start, value, events, whole)
                        where not whole or exists (select from rollup_value o where o.cell = n.cell
                            and o.value = n.value::numeric and o.start = n.start and o.grain = n.grain)
                        on conflict (cell, value, start, grain) do update set events = v.events + excluded.events
                        returning grain, cell as key, start, value::text as value, events
                        """)
                .execute(Tuple.tuple()
                        .addArrayOfString(
                                Columns.texts(rows, row -> row.cell().grain().name()))
                        .addArrayOfUUID(Columns.uuids(rows, row -> row.cell().id()))
                        .addArrayOfOffsetDateTime(
                                Columns.times(rows, row -> row.cell().start()))
                        .addArrayOfString(Columns.texts(rows, Value::value))
                        .addArrayOfLong(values.values().toArray(Long[]::new))
                        .addArrayOfBoolean(rows.stream()
                                .map(row -> full.contains(row.cell()))
                                .toArray(Boolean[]::new)))
                .map(held -> {
                    SortedMap<CellKey, Long> fresh = new TreeMap<>();
                    held.forEach(row -> {
                        // A value that was there had an event of its own.
                        var ofBatch = values.get(new Value(key(row), row.getString("value")));
                        if (row.getLong("events").equals(ofBatch)) {
                            fresh.merge(key(row), 1L, Long::sum);
                        }
                    });
                    return fresh;
                });
    }

    private static Uni<RowSet<Row>> raiseUnique(SqlConnection connection, SortedMap<CellKey, Long> fresh) {
        var keys = fresh.keySet();
        return connection
                .preparedQuery("""
                        update rollup r set value = r.value + n.fresh
                        from unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::bigint[]) as n (grain, key, start, fresh)
                        where r.key = n.key and r.start = n.start and r.grain = n.grain
                        """)
                .execute(Tuple.tuple()
                        .addArrayOfString(Columns.texts(keys, key -> key.grain().name()))
                        .addArrayOfUUID(Columns.uuids(keys, CellKey::id))
                        .addArrayOfOffsetDateTime(Columns.times(keys, CellKey::start))
                        .addArrayOfLong(fresh.values().toArray(Long[]::new)));
    }

    private String write(Map<String, String> dimensions) {
        try {
            return json.writeValueAsString(dimensions);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts are JSON", e);
        }
    }
}
