package io.tallystick.metering.usage.backfill;

import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.time.Instant;
import java.time.LocalDate;
import org.jboss.resteasy.reactive.RestPath;

/** How far a meter's back-fill is, and its end. It is begun with its meter. */
@Path("/v1/meters/{meter}/backfill")
class BackfillsResource {
    private static final String OF_METER =
            " where tenant = $1 and meter = (select id from meter where tenant = $1 and (id = $2 or slug = $2) "
                    + "and deleted_at is null order by id = $2 desc limit 1)";

    private final Pool pool;
    private final Caller caller;

    BackfillsResource(Pool pool, Caller caller) {
        this.pool = pool;
        this.caller = caller;
    }

    @GET
    @RequiresScope("usage:read")
    public Uni<BackfillView> get(@RestPath String meter) {
        return pool.preparedQuery("select * from backfill" + OF_METER)
                .execute(Tuple.of(caller.tenant(), meter))
                .map(rows -> {
                    if (rows.rowCount() == 0) {
                        throw unknown();
                    }
                    return view(rows.iterator().next());
                });
    }

    /** What it counted stays counted; one that has ended stays as it is. */
    @DELETE
    @RequiresScope("meters:write")
    public Uni<Void> cancel(@RestPath String meter) {
        return pool.preparedQuery("update backfill set updated_at = now(), state = case when state = 'done' then state "
                        + "else 'cancelled' end" + OF_METER + " returning state")
                .execute(Tuple.of(caller.tenant(), meter))
                .invoke(rows -> {
                    if (rows.rowCount() == 0) {
                        throw unknown();
                    }
                })
                .replaceWithVoid();
    }

    private static ProblemException unknown() {
        return new ProblemException(
                Problem.of(
                        "unknown-backfill",
                        "No back-fill",
                        404,
                        "There is no such meter, or it was created without backfill; create another meter with backfill: true."));
    }

    private static BackfillView view(Row row) {
        return new BackfillView(
                row.getString("meter"),
                row.getString("state"),
                row.getOffsetDateTime("since").toInstant(),
                row.getLocalDate("day"),
                row.getLocalDate("last_day"),
                row.getLong("looked"),
                row.getLong("counted"),
                row.getLong("unusable"),
                row.getLong("failures"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
    }

    /**
     * @param state {@code waiting}, {@code running}, {@code done} or {@code cancelled}
     * @param from time of the first event that is counted
     * @param day the day of arrival whose records are looked at
     * @param lastDay the last one; as {@code day} while it waits
     * @param looked records of all tenants that were passed
     * @param counted events that count on the meter now and did not before
     * @param unusable events whose value or dimension the meter cannot use
     * @param failures steps that failed and were tried again
     */
    record BackfillView(
            String meter,
            String state,
            Instant from,
            LocalDate day,
            LocalDate lastDay,
            long looked,
            long counted,
            long unusable,
            long failures,
            Instant createdAt,
            Instant updatedAt) {}
}
