package io.tallystick.metering.insight.feed;

import io.tallystick.metering.insight.feed.Facts.SeriesFact;
import io.tallystick.metering.insight.feed.FeedTransactions.Statements;
import io.tallystick.metering.insight.feed.UsageMovement.Rise;
import io.tallystick.metering.insight.feed.UsageMovement.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import java.util.function.Function;

/** Usage by span, raised by what each series is above what was seen of it. */
@ApplicationScoped
class UsageFeed {

    /** Nobody else moves these series: all events of one come from one partition, and its position is held. */
    void take(Statements statements, SortedMap<UUID, SeriesFact> series) {
        if (series.isEmpty()) {
            return;
        }
        var seen = seen(statements, series);
        var movement = new UsageMovement();
        series.forEach(
                (key, fact) -> movement.add(fact.series(), fact.totals().above(seen.getOrDefault(key, Rise.NONE))));
        if (!movement.rises().isEmpty()) {
            remember(statements, series);
            raise(statements, movement.rises());
        }
    }

    private static Map<UUID, Rise> seen(Statements statements, SortedMap<UUID, SeriesFact> series) {
        var seen = new HashMap<UUID, Rise>();
        statements
                .run(
                        "select key, added::text as added, voided::text as voided from insight_series "
                                + "where key = any($1)",
                        Tuple.of(series.keySet().toArray(UUID[]::new)))
                .forEach(row -> seen.put(
                        row.getUUID("key"),
                        new Rise(new BigDecimal(row.getString("added")), new BigDecimal(row.getString("voided")))));
        return seen;
    }

    private static void remember(Statements statements, SortedMap<UUID, SeriesFact> series) {
        statements.run(
                """
                insert into insight_series as s (key, added, voided)
                select key, added::numeric, voided::numeric
                from unnest($1::uuid[], $2::text[], $3::text[]) as f (key, added, voided)
                on conflict (key) do update
                set added = greatest(s.added, excluded.added), voided = greatest(s.voided, excluded.voided)
                """,
                Tuple.tuple()
                        .addArrayOfUUID(series.keySet().toArray(UUID[]::new))
                        .addArrayOfString(texts(
                                series.values(), fact -> fact.totals().added().toPlainString()))
                        .addArrayOfString(texts(
                                series.values(), fact -> fact.totals().voided().toPlainString())));
    }

    /** In one order, so that two readers that raise the same rows wait for each other and no more. */
    private static void raise(Statements statements, Map<Row, Rise> rises) {
        var rows = rises.keySet();
        statements.run(
                """
                insert into insight_usage as u (tenant, span, starts, subject, meter, model, api_key, added, voided)
                select tenant, span, starts, subject, meter, model, api_key, added::numeric, voided::numeric
                from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[],
                    $8::text[], $9::text[])
                    as r (tenant, span, starts, subject, meter, model, api_key, added, voided)
                on conflict (tenant, span, subject, starts, meter, model, api_key) do update
                set added = u.added + excluded.added, voided = u.voided + excluded.voided
                """,
                Tuple.tuple()
                        .addArrayOfString(texts(rows, Row::tenant))
                        .addArrayOfString(texts(rows, row -> row.span().word()))
                        .addArrayOfOffsetDateTime(rows.stream()
                                .map(row -> row.starts().atOffset(ZoneOffset.UTC))
                                .toArray(OffsetDateTime[]::new))
                        .addArrayOfString(texts(rows, Row::subject))
                        .addArrayOfString(texts(rows, Row::meter))
                        .addArrayOfString(texts(rows, Row::model))
                        .addArrayOfString(texts(rows, Row::apiKey))
                        .addArrayOfString(
                                texts(rises.values(), rise -> rise.added().toPlainString()))
                        .addArrayOfString(
                                texts(rises.values(), rise -> rise.voided().toPlainString())));
    }

    private static <T> String[] texts(Collection<T> rows, Function<T, String> column) {
        return rows.stream().map(column).toArray(String[]::new);
    }
}
