package io.tallystick.metering.usage.importing;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where each import stands. What became of its events is written down by whoever counts them. */
@ApplicationScoped
class Imports {
    /** Flaws of a run that are kept. */
    static final int FLAWS = 100;

    private static final String COLUMNS = " id, run, state, received, invalid, run_counted, duplicates, dead_letters, "
            + "counted, started_by, created_at, touched_at ";

    private final Pool pool;
    private final int mostOfATenant;

    Imports(Pool pool, ImportConfig config) {
        this.pool = pool;
        mostOfATenant = config.perTenant();
    }

    /** One run of an import, from a request's begin to its end. */
    record Run(String tenant, String id, int number) {}

    /**
     * @param line of the run, from 1
     * @param pointer into the event
     */
    record LineFlaw(long line, String eventId, String pointer, String detail) {}

    /** As the table has it. */
    record Import(
            String id,
            int run,
            String state,
            long received,
            long invalid,
            long runCounted,
            long duplicates,
            long deadLetters,
            long counted,
            String startedBy,
            Instant createdAt,
            Instant touchedAt,
            List<LineFlaw> flaws) {}

    /** What came of beginning. */
    sealed interface Begin {

        record Begun(Run run) implements Begin {}

        enum Refused implements Begin {
            /** Another request brings the same import, or ended without a word less than two minutes ago. */
            UNDER_WAY,
            TOO_MANY
        }
    }

    /** Goes on with what waits for more, and else begins a new run. */
    Uni<Begin> begin(String tenant, String id, String by) {
        return pool.withTransaction(connection -> connection
                .preparedQuery("""
                        insert into usage_import as i (tenant, id, run, state, started_by, created_at, touched_at, received,
                            invalid, run_counted, duplicates, dead_letters, counted)
                        select $1, $2, 1, 'receiving', $3, now(), now(), 0, 0, 0, 0, 0, 0
                        where exists (select from usage_import where tenant = $1 and id = $2)
                            or (select count(*) from usage_import where tenant = $1) < $4
                        on conflict (tenant, id) do update set state = 'receiving', touched_at = now(),
                            run = i.run + case when i.state = 'waiting' then 0 else 1 end,
                            received = case when i.state = 'waiting' then i.received else 0 end,
                            invalid = case when i.state = 'waiting' then i.invalid else 0 end,
                            run_counted = case when i.state = 'waiting' then i.run_counted else 0 end,
                            duplicates = case when i.state = 'waiting' then i.duplicates else 0 end,
                            dead_letters = case when i.state = 'waiting' then i.dead_letters else 0 end
                        where i.state <> 'receiving' or i.touched_at < now() - interval '2 minutes'
                        returning run, received + invalid = 0 as anew
                        """)
                .execute(Tuple.of(tenant, id, by, mostOfATenant))
                .chain(rows -> {
                    if (rows.rowCount() == 0) {
                        return one(tenant, id)
                                .map(found -> found.isPresent() ? Begin.Refused.UNDER_WAY : Begin.Refused.TOO_MANY);
                    }
                    var row = rows.iterator().next();
                    Begin begun = new Begin.Begun(new Run(tenant, id, row.getInteger("run")));
                    return row.getBoolean("anew")
                            ? connection
                                    .preparedQuery("delete from import_flaw where tenant = $1 and import = $2")
                                    .execute(Tuple.of(tenant, id))
                                    .map(_ -> begun)
                            : Uni.createFrom().item(begun);
                }));
    }

    /** Whether the run goes on: not if it was cancelled, or taken over by another request. */
    Uni<Boolean> advance(Run run, long received, long invalid, List<LineFlaw> flaws) {
        return pool.withTransaction(connection -> connection
                .preparedQuery("""
                        update usage_import set received = received + $4, invalid = invalid + $5, touched_at = now()
                        where tenant = $1 and id = $2 and run = $3 and state = 'receiving'
                        """)
                .execute(Tuple.of(run.tenant(), run.id(), run.number(), received, invalid))
                .chain(rows -> rows.rowCount() == 0 || flaws.isEmpty()
                        ? Uni.createFrom().item(rows.rowCount() > 0)
                        : connection
                                .preparedQuery("""
                                        insert into import_flaw (tenant, import, line, event_id, pointer, detail)
                                        select $1, $2, * from unnest($3::bigint[], $4::text[], $5::text[], $6::text[])
                                        where (select count(*) from import_flaw where tenant = $1 and import = $2) < $7
                                        on conflict do nothing
                                        """)
                                .execute(Tuple.of(run.tenant(), run.id())
                                        .addArrayOfLong(flaws.stream()
                                                .map(LineFlaw::line)
                                                .toArray(Long[]::new))
                                        .addArrayOfString(flaws.stream()
                                                .map(LineFlaw::eventId)
                                                .toArray(String[]::new))
                                        .addArrayOfString(flaws.stream()
                                                .map(LineFlaw::pointer)
                                                .toArray(String[]::new))
                                        .addArrayOfString(flaws.stream()
                                                .map(LineFlaw::detail)
                                                .toArray(String[]::new))
                                        .addInteger(FLAWS))
                                .map(_ -> true)));
    }

    /** @param state {@code received}, {@code waiting} or {@code broken} */
    Uni<Boolean> end(Run run, String state) {
        return pool.preparedQuery("""
                        update usage_import set state = $4, touched_at = now()
                        where tenant = $1 and id = $2 and run = $3 and state = 'receiving'
                        """)
                .execute(Tuple.of(run.tenant(), run.id(), run.number(), state))
                .map(rows -> rows.rowCount() > 0);
    }

    /** Takes no more in until it is begun anew. What Kafka has is counted. */
    Uni<Optional<Import>> cancel(String tenant, String id) {
        return pool.preparedQuery("""
                        update usage_import set state = 'cancelled', touched_at = now()
                        where tenant = $1 and id = $2 and state in ('receiving', 'waiting', 'broken')
                        """).execute(Tuple.of(tenant, id)).chain(_ -> one(tenant, id));
    }

    Uni<Optional<Import>> one(String tenant, String id) {
        return pool.preparedQuery("""
                        select line, event_id, pointer, detail from import_flaw where tenant = $1 and import = $2
                        order by line limit $3
                        """).execute(Tuple.of(tenant, id, FLAWS)).chain(found -> {
            var flaws = new ArrayList<LineFlaw>();
            found.forEach(row -> flaws.add(new LineFlaw(
                    row.getLong("line"),
                    row.getString("event_id"),
                    row.getString("pointer"),
                    row.getString("detail"))));
            return pool.preparedQuery("select" + COLUMNS + "from usage_import where tenant = $1 and id = $2")
                    .execute(Tuple.of(tenant, id))
                    .map(rows -> {
                        var row = rows.iterator();
                        return row.hasNext() ? Optional.of(read(row.next(), flaws)) : Optional.<Import>empty();
                    });
        });
    }

    private static Import read(Row row, List<LineFlaw> flaws) {
        return new Import(
                row.getString("id"),
                row.getInteger("run"),
                row.getString("state"),
                row.getLong("received"),
                row.getLong("invalid"),
                row.getLong("run_counted"),
                row.getLong("duplicates"),
                row.getLong("dead_letters"),
                row.getLong("counted"),
                row.getString("started_by"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("touched_at").toInstant(),
                flaws);
    }
}
