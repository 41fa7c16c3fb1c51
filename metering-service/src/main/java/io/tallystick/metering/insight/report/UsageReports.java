package io.tallystick.metering.insight.report;

import io.smallrye.mutiny.Uni;
import io.tallystick.metering.insight.Windows;
import io.tallystick.metering.insight.Windows.Piece;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/** Usage by window, client, model and API key. */
@ApplicationScoped
class UsageReports {
    /** The windows' pieces, as the tables keep time. */
    static final String PIECE =
            "piece as (select * from unnest($2::int[], $3::text[], $4::timestamptz[], $5::timestamptz[])"
                    + " as p (w, span, since, until))";

    private final Pool pool;

    UsageReports(Pool pool) {
        this.pool = pool;
    }

    /**
     * One group in one window.
     *
     * @param used by meter, exact; those of which nothing was used are left out
     */
    record Usage(Cursor place, TreeMap<String, String> used) {}

    /** In the order of their places; at most one more than the question's limit. */
    Uni<List<Usage>> usage(Question question) {
        var pieces = question.windows().pieces(Set.of());
        var values = bind(question, pieces);
        var sql = "with " + PIECE + ", sums as (select p.w, " + groups(question, "u")
                + ", case when " + question.byApiKey() + " then u.api_key else '' end as api_key, u.meter,"
                + " sum(u.added - u.voided) as used from piece p cross join lateral "
                + rows("insight_usage", "u", question, values)
                + " group by 1, 2, 3, 4, 5) select w, subject, model, api_key,"
                + " jsonb_object_agg(meter, trim_scale(used)::text) as used from sums where used > 0"
                + " and (w, subject, model, api_key) > (" + after(question, values) + ")"
                + " group by 1, 2, 3, 4 order by 1, 2, 3, 4 limit " + (question.limit() + 1);
        return pool.preparedQuery(sql).execute(values).map(rows -> list(rows, UsageReports::usage));
    }

    /** Columns {@code subject} and {@code model} of a table with these columns. */
    static String groups(Question question, String table) {
        return "case when " + question.bySubject() + " then " + table + ".subject else '' end as subject, case when "
                + question.byModel() + " then " + table + ".model else '' end as model";
    }

    /** The rows of a table that belong to a piece and are asked for: found by an index, piece by piece, and no others read. */
    static String rows(String table, String name, Question question, Tuple values) {
        var where = "tenant = $1 and span = p.span and starts >= p.since and starts < p.until and "
                + subjects(question, values);
        if (!question.models().isEmpty()) {
            values.addArrayOfString(question.models().toArray(String[]::new));
            where += " and model = any($" + values.size() + ")";
        }
        return "(select * from " + table + " where " + where + " offset 0) as " + name;
    }

    private static String subjects(Question question, Tuple values) {
        if (!question.readsClients()) {
            return "subject = ''";
        }
        if (question.subjects().isEmpty()) {
            return "subject <> ''";
        }
        values.addArrayOfString(question.subjects().get().toArray(String[]::new));
        return "subject = any($" + values.size() + ") and subject <> ''";
    }

    /** The place that the page begins behind, with the key's part for an API key. */
    private static String after(Question question, Tuple values) {
        var place = question.after();
        values.addInteger(place.window())
                .addString(place.subject())
                .addString(place.model())
                .addString(place.apiKey());
        var last = values.size();
        return "$%d::int, $%d::text, $%d::text, $%d::text".formatted(last - 3, last - 2, last - 1, last);
    }

    /** {@code $1} is the tenant, {@code $2} to {@code $5} are the pieces. */
    static Tuple bind(Question question, List<Piece> pieces) {
        return Tuple.of(question.tenant())
                .addArrayOfInteger(pieces.stream().map(Piece::window).toArray(Integer[]::new))
                .addArrayOfString(Question.words(pieces).toArray(String[]::new))
                .addArrayOfOffsetDateTime(times(pieces, Piece::from))
                .addArrayOfOffsetDateTime(times(pieces, Piece::until));
    }

    static <T> OffsetDateTime[] times(List<T> rows, Function<T, Instant> column) {
        return rows.stream()
                .map(row -> column.apply(row).atOffset(ZoneOffset.UTC))
                .toArray(OffsetDateTime[]::new);
    }

    static <T> List<T> list(Iterable<Row> rows, Function<Row, T> row) {
        return StreamSupport.stream(rows.spliterator(), false).map(row).toList();
    }

    /** Whether the question reads more than is answered at once. */
    static boolean isTooLarge(Question question, Windows windows) {
        return question.isTooLarge(windows.pieces(Set.of()));
    }

    private static Usage usage(Row row) {
        var used = new TreeMap<String, String>();
        ((JsonObject) row.getValue("used")).forEach(e -> used.put(e.getKey(), (String) e.getValue()));
        var place = new Cursor(
                row.getInteger("w"), row.getString("subject"), row.getString("model"), row.getString("api_key"));
        return new Usage(place, used);
    }
}
