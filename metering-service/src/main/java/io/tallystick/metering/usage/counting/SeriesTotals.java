package io.tallystick.metering.usage.counting;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystick.events.Funding;
import io.tallystick.metering.meter.Quantity;
import io.tallystick.metering.usage.Series;
import io.tallystick.metering.usage.Series.Movement;
import io.tallystick.metering.usage.SeriesKey;
import io.tallystick.metering.usage.counting.Transactions.Statements;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;

/** The totals of all series. Both only rise, and each statement answers what they came to. */
@ApplicationScoped
public class SeriesTotals {
    private static final String COLUMNS =
            " tenant, subject, meter, dimensions, hour, funding, added::text as added, voided::text as voided ";

    private final ObjectMapper json;

    SeriesTotals(ObjectMapper json) {
        this.json = json;
    }

    /**
     * Locks those of {@code series} that exist, in the order of their keys. Needed before {@link #voidMore} only, which
     * would otherwise lock after {@link #advance} and in an order of its own.
     */
    void lock(Statements statements, Set<UUID> series) {
        statements.run(
                "select 1 from series where key = any($1) order by key for update",
                Tuple.of(new TreeSet<>(series).toArray(UUID[]::new)));
    }

    /** Opens the series that are new and raises all of them. */
    public List<Series> advance(Statements statements, Map<UUID, SeriesKey> keys, Map<UUID, Movement> movements) {
        var rows = new TreeMap<>(movements);
        var series = rows.keySet().stream().map(keys::get).toList();
        return series(statements.run(
                """
                insert into series (key, tenant, subject, meter, dimensions, hour, funding, added, voided)
                select key, tenant, subject, meter, dimensions::jsonb, hour, funding, added::numeric, voided::numeric
                from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
                    $7::text[], $8::text[], $9::text[])
                    as s (key, tenant, subject, meter, dimensions, hour, funding, added, voided)
                on conflict (key) do update set
                    added = series.added + excluded.added, voided = series.voided + excluded.voided
                returning
                """ + COLUMNS,
                Tuple.tuple()
                        .addArrayOfUUID(rows.keySet().toArray(UUID[]::new))
                        .addArrayOfString(texts(series, SeriesKey::tenant))
                        .addArrayOfString(texts(series, SeriesKey::subject))
                        .addArrayOfString(texts(series, SeriesKey::meter))
                        .addArrayOfString(texts(series, key -> write(key.dimensions())))
                        .addArrayOfOffsetDateTime(series.stream()
                                .map(key -> key.hour().atOffset(ZoneOffset.UTC))
                                .toArray(OffsetDateTime[]::new))
                        .addArrayOfString(
                                texts(series, key -> key.funding().name().toLowerCase(Locale.ROOT)))
                        .addArrayOfString(texts(
                                List.copyOf(rows.values()), row -> row.added().toString()))
                        .addArrayOfString(texts(
                                List.copyOf(rows.values()), row -> row.voided().toString()))));
    }

    /** Raises what was voided of series that exist. */
    List<Series> voidMore(Statements statements, Map<UUID, Quantity> voided) {
        var rows = new TreeMap<>(voided);
        return series(statements.run(
                """
                update series set voided = series.voided + v.voided::numeric
                from unnest($1::uuid[], $2::text[]) as v (key, voided) where series.key = v.key
                returning tenant, subject, meter, dimensions, hour, funding, added::text as added,
                    series.voided::text as voided
                """,
                Tuple.tuple()
                        .addArrayOfUUID(rows.keySet().toArray(UUID[]::new))
                        .addArrayOfString(texts(List.copyOf(rows.values()), Quantity::toString))));
    }

    private static List<Series> series(Iterable<Row> rows) {
        var series = new ArrayList<Series>();
        rows.forEach(row -> series.add(series(row)));
        return series;
    }

    private static Series series(Row row) {
        var dimensions = new TreeMap<String, String>();
        ((JsonObject) row.getValue("dimensions")).forEach(e -> dimensions.put(e.getKey(), (String) e.getValue()));
        return new Series(
                new SeriesKey(
                        row.getString("tenant"),
                        row.getString("subject"),
                        row.getString("meter"),
                        dimensions,
                        row.getOffsetDateTime("hour").toInstant(),
                        Funding.valueOf(row.getString("funding").toUpperCase(Locale.ROOT))),
                quantity(row, "added"),
                quantity(row, "voided"));
    }

    private static Quantity quantity(Row row, String column) {
        return Quantity.of(new java.math.BigDecimal(row.getString(column)));
    }

    private String write(Map<String, String> dimensions) {
        try {
            return json.writeValueAsString(dimensions);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts are JSON", e);
        }
    }

    private static <T> String[] texts(List<T> rows, Function<T, String> column) {
        return rows.stream().map(column).toArray(String[]::new);
    }
}
