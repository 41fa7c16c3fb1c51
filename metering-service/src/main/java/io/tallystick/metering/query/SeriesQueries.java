package io.tallystick.metering.query;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/** Reads series and cells. Sums are made by the database in exact decimals. */
@ApplicationScoped
class SeriesQueries {
    /** Most rows of one answer. */
    static final int MOST = 10_000;

    private final Pool pool;

    SeriesQueries(Pool pool) {
        this.pool = pool;
    }

    /**
     * One sum.
     *
     * @param window its place among the windows
     * @param subject empty if not asked by subject
     * @param groupBy values by dimension
     * @param atLeast whether there may have been more
     */
    record Sum(int window, Optional<String> subject, Map<String, String> groupBy, BigDecimal usage, boolean atLeast) {}

    /** What a subject came to in all, for one set of dimensions and one funding. */
    record Reading(
            String subject, Map<String, String> dimensions, String funding, BigDecimal added, BigDecimal voided) {}

    /** Start and end of what the question is about; empty if there is nothing. */
    Uni<Optional<Windows>> extent(Question question, Source source) {
        if (question.from().isPresent() && question.to().isPresent()) {
            return Uni.createFrom()
                    .item(Optional.of(
                            Windows.one(question.from().get(), question.to().get())));
        }
        var where = new Where(question, source);
        return pool.preparedQuery("select min(" + source.time() + ") as first, max(" + source.time() + ") as last from "
                        + source.table() + where.text)
                .execute(where.values)
                .map(rows -> {
                    var row = rows.iterator().next();
                    return row.getOffsetDateTime("first") == null
                            ? Optional.empty()
                            : Optional.of(Windows.one(
                                    question.from()
                                            .orElse(row.getOffsetDateTime("first")
                                                    .toInstant()),
                                    question.to()
                                            .orElse(row.getOffsetDateTime("last")
                                                    .plus(source.length())
                                                    .toInstant())));
                });
    }

    /**
     * One row for each window and group that has any series; at most one more than {@link #MOST}. What was counted since
     * the windows were cut and lies outside of them is left out.
     */
    Uni<List<Sum>> sums(Question question, Source source, Windows windows) {
        var asking = asking(question, source, windows);
        return pool.preparedQuery(asking.sql())
                .execute(asking.values())
                .map(rows -> list(rows, row -> sum(question, row)));
    }

    /** A statement and its values. */
    record Asking(String sql, Tuple values) {}

    static Asking asking(Question question, Source source, Windows windows) {
        var where = new Where(question, source, windows);
        where.values.addArrayOfOffsetDateTime(windows.bounds().stream()
                .map(bound -> bound.atOffset(ZoneOffset.UTC))
                .toArray(OffsetDateTime[]::new));
        var groups = new ArrayList<String>(
                List.of("width_bucket(" + source.time() + ", $" + where.values.size() + ") as bucket"));
        if (question.bySubject()) {
            groups.add("s.subject");
        }
        for (int i = 0; i < question.groupBy().size(); i++) {
            where.values.addString(question.groupBy().get(i));
            groups.add("coalesce(s.dimensions ->> $" + where.values.size() + "::text, '') as d" + i);
        }
        var positions = java.util.stream.IntStream.rangeClosed(1, groups.size())
                .mapToObj(Integer::toString)
                .collect(java.util.stream.Collectors.joining(","));
        var sql = "select " + String.join(", ", groups) + ", (" + source.value() + ")::text as usage, "
                + source.atLeast() + " as at_least from " + source.table() + where.text + " group by " + positions
                + " order by " + positions + " limit " + (MOST + 1);
        return new Asking(sql, where.values);
    }

    /** @param only empty for all */
    Uni<List<String>> subjects(String tenant, String meter, Source source, Optional<Set<String>> only) {
        return texts(
                "select distinct s.subject from " + source.table() + " where s.tenant = $1 and s.meter = $2 "
                        + "and ($3::text[] is null or s.subject = any($3))" + source.kept() + " order by 1 limit "
                        + MOST,
                ofSubjects(tenant, meter, only));
    }

    Uni<List<String>> values(Question question, Source source, String dimension) {
        var where = new Where(question, source);
        where.values.addString(dimension);
        return texts(
                "select distinct coalesce(s.dimensions ->> $" + where.values.size() + "::text, '') from "
                        + source.table() + where.text + " order by 1 limit " + MOST,
                where.values);
    }

    /** By subject, dimensions and funding; at most one more than {@link #MOST}. */
    Uni<List<Reading>> readings(String tenant, String meter, Optional<Set<String>> only) {
        return pool.preparedQuery("""
                        select subject, dimensions, funding, sum(added)::text as added, sum(voided)::text as voided
                        from series where tenant = $1 and meter = $2 and ($3::text[] is null or subject = any($3))
                        group by 1, 2, 3 order by 1, 2, 3 limit
                        """ + (MOST + 1))
                .execute(ofSubjects(tenant, meter, only))
                .map(rows -> list(rows, SeriesQueries::reading));
    }

    private static Tuple ofSubjects(String tenant, String meter, Optional<Set<String>> only) {
        return Tuple.of(tenant, meter)
                .addArrayOfString(
                        only.map(subjects -> subjects.toArray(String[]::new)).orElse(null));
    }

    private Uni<List<String>> texts(String sql, Tuple values) {
        return pool.preparedQuery(sql).execute(values).map(rows -> list(rows, row -> row.getString(0)));
    }

    private static Sum sum(Question question, Row row) {
        var groupBy = new LinkedHashMap<String, String>();
        for (int i = 0; i < question.groupBy().size(); i++) {
            groupBy.put(question.groupBy().get(i), row.getString("d" + i));
        }
        return new Sum(
                row.getInteger("bucket") - 1,
                question.bySubject() ? Optional.of(row.getString("subject")) : Optional.empty(),
                groupBy,
                plain(row.getString("usage")),
                row.getBoolean("at_least"));
    }

    private static Reading reading(Row row) {
        var dimensions = new LinkedHashMap<String, String>();
        row.getJsonObject("dimensions").forEach(e -> dimensions.put(e.getKey(), (String) e.getValue()));
        return new Reading(
                row.getString("subject"),
                dimensions,
                row.getString("funding"),
                plain(row.getString("added")),
                plain(row.getString("voided")));
    }

    private static BigDecimal plain(String text) {
        var value = new BigDecimal(text).stripTrailingZeros();
        return value.scale() < 0 ? value.setScale(0) : value;
    }

    private static <T> List<T> list(RowSet<Row> rows, Function<Row, T> row) {
        return StreamSupport.stream(rows.spliterator(), false).map(row).toList();
    }

    /** Which series the question is about. */
    private static final class Where {
        private final Tuple values = Tuple.tuple();
        private String text;

        /** Also within these windows. */
        Where(Question question, Source source, Windows windows) {
            this(question, source);
            and(source.time() + " >= $", time(windows.bounds().getFirst()));
            and(source.time() + " < $", time(windows.bounds().getLast()));
        }

        Where(Question question, Source source) {
            text = " where s.tenant = $1 and s.meter = $2" + source.kept();
            values.addString(question.tenant()).addString(question.meter());
            question.from().ifPresent(from -> and(source.time() + " >= $", time(from)));
            question.to().ifPresent(to -> and(source.time() + " < $", time(to)));
            if (!question.subjects().isEmpty()) {
                values.addArrayOfString(question.subjects().toArray(String[]::new));
                text += " and s.subject = any($" + values.size() + ")";
            }
            question.only().forEach((dimension, wanted) -> {
                values.addString(dimension).addArrayOfString(wanted.toArray(String[]::new));
                text += " and coalesce(s.dimensions ->> $" + (values.size() - 1) + "::text, '') = any($" + values.size()
                        + ")";
            });
        }

        private void and(String condition, OffsetDateTime value) {
            values.addOffsetDateTime(value);
            text += " and " + condition + values.size();
        }

        private static OffsetDateTime time(Instant time) {
            return time.atOffset(ZoneOffset.UTC);
        }
    }
}
