package io.tallystick.metering.usage.rollup;

import io.smallrye.mutiny.Uni;
import io.tallystick.metering.meter.Aggregation.Kind;
import io.tallystick.metering.meter.Quantity;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.ToLongFunction;

/**
 * Takes back from the cells what voided events had said. Sums are lowered; of different values each knows its events; and
 * where the first, last or latest event went, the next one is the neighbour in an index: nothing is read but what changes.
 *
 * <p>Within the transaction that voids. It has its tenant's lock alone, so nothing else is counted into these cells.
 */
@ApplicationScoped
public class Voided {

    /** Where an event's record is. */
    public record RecordAt(LocalDate day, long id) {}

    /** What an event had said to a cell. */
    private record Said(CellKey cell, RecordAt record, Quantity value, Instant at) {
        BigDecimal rank(String aggregation) {
            return Observation.rank(aggregation, value, at);
        }
    }

    /** @return the cells of hours among what the events counted on: they are no series */
    public Set<UUID> takeBack(SqlConnection connection, Duration timeout, Collection<RecordAt> records) {
        var said = said(connection, records).await().atMost(timeout);
        var open = open(connection, said).await().atMost(timeout);
        if (open.isEmpty()) {
            return Set.of();
        }
        var ours = said.stream().filter(one -> open.containsKey(one.cell())).toList();
        lower(connection, open, ours).await().atMost(timeout);
        var unique = ours.stream()
                .filter(one -> open.get(one.cell()).equals(Kind.UNIQUE_COUNT.name()))
                .toList();
        if (!unique.isEmpty()) {
            forgetValues(connection, unique).await().atMost(timeout);
        }
        var chosen = ours.stream().filter(one -> chosen(open.get(one.cell()))).toList();
        if (!chosen.isEmpty()) {
            forget(connection, chosen, open).await().atMost(timeout);
            chooseAgain(connection, chosen).await().atMost(timeout);
        }
        var hours = new HashSet<UUID>();
        open.keySet().stream().filter(cell -> cell.grain() == Grain.HOUR).forEach(cell -> hours.add(cell.id()));
        return hours;
    }

    private static boolean chosen(String aggregation) {
        return Set.of(Kind.MIN.name(), Kind.MAX.name(), Kind.LATEST.name()).contains(aggregation);
    }

    private static Uni<List<Said>> said(SqlConnection connection, Collection<RecordAt> records) {
        return connection
                .preparedQuery("""
                        select r.day, r.id, r.time, u.series, u.quantity::text as quantity
                        from unnest($1::date[], $2::bigint[]) as void (day, id)
                        join usage_record r on r.day = void.day and r.id = void.id
                        cross join unnest(r.series, r.quantity) as u (series, quantity)
                        """)
                .execute(Tuple.tuple()
                        .addArrayOfLocalDate(records.stream().map(RecordAt::day).toArray(LocalDate[]::new))
                        .addArrayOfLong(records.stream().map(RecordAt::id).toArray(Long[]::new)))
                .map(rows -> {
                    var said = new ArrayList<Said>();
                    rows.forEach(row -> {
                        var record = new RecordAt(row.getLocalDate("day"), row.getLong("id"));
                        var value = Quantity.of(new BigDecimal(row.getString("quantity")));
                        var at = row.getOffsetDateTime("time").toInstant();
                        for (var grain : Grain.values()) {
                            said.add(new Said(CellKey.of(grain, row.getUUID("series"), at), record, value, at));
                        }
                    });
                    return said;
                });
    }

    /** How those cells aggregate that there are. */
    private static Uni<Map<CellKey, String>> open(SqlConnection connection, List<Said> said) {
        return connection.preparedQuery("""
                        select r.grain, r.key, r.start, r.aggregation
                        from unnest($1::text[], $2::uuid[], $3::timestamptz[]) as c (grain, key, start)
                        join rollup r on r.grain = c.grain and r.key = c.key and r.start = c.start
                        """).execute(cells(said)).map(rows -> {
            var open = new HashMap<CellKey, String>();
            rows.forEach(row -> open.put(Rollups.key(row), row.getString("aggregation")));
            return open;
        });
    }

    private static Tuple cells(List<Said> said) {
        var cells = said.stream().map(Said::cell).distinct().sorted().toList();
        return Tuple.tuple()
                .addArrayOfString(Columns.texts(cells, cell -> cell.grain().name()))
                .addArrayOfUUID(Columns.uuids(cells, CellKey::id))
                .addArrayOfOffsetDateTime(Columns.times(cells, CellKey::start));
    }

    private static Uni<RowSet<Row>> lower(SqlConnection connection, Map<CellKey, String> open, List<Said> ours) {
        var sums = new TreeMap<CellKey, Quantity>();
        ours.forEach(one -> sums.merge(
                one.cell(),
                open.get(one.cell()).equals(Kind.UNIQUE_COUNT.name()) ? Quantity.ZERO : one.value(),
                Quantity::plus));
        var events = perCell(ours, _ -> 1);
        var keys = sums.keySet();
        return connection
                .preparedQuery("""
                        update rollup r set events = r.events - v.events,
                            value = case when r.aggregation in ('COUNT', 'SUM', 'AVG') then r.value - v.value::numeric
                                else r.value end
                        from unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::bigint[], $5::text[])
                            as v (grain, key, start, events, value)
                        where r.grain = v.grain and r.key = v.key and r.start = v.start
                        """)
                .execute(Tuple.tuple()
                        .addArrayOfString(Columns.texts(keys, key -> key.grain().name()))
                        .addArrayOfUUID(Columns.uuids(keys, CellKey::id))
                        .addArrayOfOffsetDateTime(Columns.times(keys, CellKey::start))
                        .addArrayOfLong(events.values().toArray(Long[]::new))
                        .addArrayOfString(Columns.texts(sums.values(), Quantity::toString)));
    }

    private static SortedMap<CellKey, Long> perCell(List<Said> said, ToLongFunction<Said> number) {
        var numbers = new TreeMap<CellKey, Long>();
        said.forEach(one -> numbers.merge(one.cell(), number.applyAsLong(one), Long::sum));
        return numbers;
    }

    private static Uni<RowSet<Row>> forgetValues(SqlConnection connection, List<Said> unique) {
        return connection
                .preparedQuery("""
                        with gone as (
                            select grain, cell, start, value::numeric as value, count(*) as events
                            from unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[])
                                as v (grain, cell, start, value) group by 1, 2, 3, 4),
                        last as (
                            delete from rollup_value r using gone g where r.cell = g.cell and r.value = g.value
                                and r.start = g.start and r.grain = g.grain and r.events <= g.events
                            returning r.grain, r.cell, r.start),
                        fewer as (
                            update rollup_value r set events = r.events - g.events from gone g where r.cell = g.cell
                                and r.value = g.value and r.start = g.start and r.grain = g.grain
                                and r.events > g.events)
                        update rollup r set value = r.value - l.gone
                        from (select grain, cell, start, count(*) as gone from last group by 1, 2, 3) as l
                        where r.grain = l.grain and r.key = l.cell and r.start = l.start
                        """)
                .execute(Tuple.tuple()
                        .addArrayOfString(
                                Columns.texts(unique, one -> one.cell().grain().name()))
                        .addArrayOfUUID(Columns.uuids(unique, one -> one.cell().id()))
                        .addArrayOfOffsetDateTime(
                                Columns.times(unique, one -> one.cell().start()))
                        .addArrayOfString(
                                Columns.texts(unique, one -> one.value().toString())));
    }

    /** A back-fill wrote them on another day than the record's. */
    private static Uni<RowSet<Row>> forget(SqlConnection connection, List<Said> chosen, Map<CellKey, String> open) {
        return connection
                .preparedQuery("""
                        delete from observation o
                        using unnest($1::uuid[], $2::text[], $3::bigint[]) as v (cell, rank, record)
                        where o.cell = v.cell and o.rank = v.rank::numeric and o.record = v.record
                        """)
                .execute(Tuple.tuple()
                        .addArrayOfUUID(Columns.uuids(chosen, one -> one.cell().id()))
                        .addArrayOfString(Columns.texts(
                                chosen, one -> one.rank(open.get(one.cell())).toPlainString()))
                        .addArrayOfLong(
                                Columns.numbers(chosen, one -> one.record().id())));
    }

    /** A cell without events keeps what it has: nobody reads it, and the next event wins. */
    private static Uni<RowSet<Row>> chooseAgain(SqlConnection connection, List<Said> chosen) {
        return connection.preparedQuery("""
                        update rollup r set value = n.value, rank = n.rank, record = n.record
                        from (select c.grain, c.key, c.start, o.* from
                                (select grain, key, start, (select aggregation from rollup a where a.grain = k.grain
                                    and a.key = k.key and a.start = k.start) as aggregation
                                from unnest($1::text[], $2::uuid[], $3::timestamptz[]) as k (grain, key, start)) as c
                            cross join lateral (
                                (select value, rank, record from observation where cell = c.key
                                    and c.aggregation = 'MIN' order by rank, record limit 1)
                                union all
                                (select value, rank, record from observation where cell = c.key
                                    and c.aggregation <> 'MIN' order by rank desc, record desc limit 1)) as o) as n
                        where r.grain = n.grain and r.key = n.key and r.start = n.start
                        """).execute(cells(chosen));
    }
}
