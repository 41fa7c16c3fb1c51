package io.tallystick.metering.insight.report;

import io.smallrye.mutiny.Uni;
import io.tallystick.metering.insight.Span;
import io.tallystick.metering.insight.report.Retention.Cell;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/** Cohorts and the periods in which they were active. Whole histories are read: who paid first when is in them. */
@ApplicationScoped
class RetentionReports {
    private final Pool pool;

    RetentionReports(Pool pool) {
        this.pool = pool;
    }

    /** Assets that the tenant was ever paid in, at most a hundred. */
    Uni<List<String>> assets(String tenant) {
        return pool.preparedQuery("select distinct asset from insight_revenue where tenant = $1 and span = 'month'"
                        + " and subject = '' order by 1 limit 100")
                .execute(Tuple.of(tenant))
                .map(rows -> UsageReports.list(rows, row -> row.getString("asset")));
    }

    /** @param until the first instant that is not asked for */
    Uni<List<Cell>> cells(String tenant, Span span, String asset, String meter, Instant until) {
        return pool.preparedQuery("""
                        with active as (
                            select subject, starts, sum(debited - credited) as revenue from insight_revenue
                            where tenant = $1 and span = $2 and asset = $3 and subject <> '' and starts < $5
                            group by 1, 2 having sum(debited - credited) > 0),
                        history as (
                            select subject, starts, revenue, min(starts) over of_subject as cohort,
                                lag(starts) over (partition by subject order by starts) as before
                            from active window of_subject as (partition by subject)),
                        used as (
                            select subject, starts, sum(added - voided) as used from insight_usage
                            where tenant = $1 and span = $2 and meter = $4 and subject <> '' and starts < $5
                            group by 1, 2)
                        select cohort, starts, count(*) as active,
                            count(*) filter (where is_next) as kept, sum(revenue)::text as revenue,
                            coalesce(sum(revenue) filter (where is_next), 0)::text as kept_revenue,
                            trim_scale(coalesce(sum(used), 0))::text as used
                        from (select h.*, u.used,
                                h.starts at time zone 'UTC' = h.before at time zone 'UTC' + ('1 ' || $2::text)::interval
                                    as is_next
                            from history h left join used u using (subject, starts)) as each
                        group by 1, 2 order by 1, 2
                        """)
                .execute(Tuple.of(tenant, span.word(), asset, meter).addOffsetDateTime(until.atOffset(ZoneOffset.UTC)))
                .map(rows -> UsageReports.list(rows, RetentionReports::cell));
    }

    private static Cell cell(Row row) {
        return new Cell(
                row.getOffsetDateTime("cohort").toInstant(),
                row.getOffsetDateTime("starts").toInstant(),
                row.getLong("active"),
                row.getLong("kept"),
                new BigInteger(row.getString("revenue")),
                new BigInteger(row.getString("kept_revenue")),
                new BigDecimal(row.getString("used")));
    }
}
