package io.tallystick.metering.otlp;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * How far cumulative counters were counted. A step is written down with its event before the log has it, and is done when
 * the log has it: what ends between the two is sent again as the same event, and so counts once.
 */
@ApplicationScoped
class Streams {
    private final Pool pool;
    private final int mostOfATenant;

    Streams(Pool pool, OtlpConfig config) {
        this.pool = pool;
        mostOfATenant = config.streams();
    }

    /**
     * A counter's row. A new one was counted to zero.
     *
     * @param lastNanos time of the last point that was heeded; 0 for a new one
     * @param next what is on its way into the log; empty if nothing is
     */
    record Stream(UUID key, long startNanos, long lastNanos, int generation, BigDecimal counted, Optional<Step> next) {}

    /** @param event that counts from what was counted to {@code to} */
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    record Step(BigDecimal to, byte[] event) {}

    /** There would be more of them than a tenant may have. */
    static final class TooManyException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyException() {
            super("too many counters", null, false, false);
        }
    }

    /**
     * Opens those that are new, and advances all of them in one transaction.
     *
     * @param starts of the counters by key
     * @param advance what becomes of a counter
     * @return their rows, as they are then
     */
    Uni<Map<UUID, Stream>> advance(String tenant, Map<UUID, Long> starts, UnaryOperator<Stream> advance) {
        return pool.withTransaction(connection -> open(connection, tenant, starts)
                .chain(() -> connection
                        .preparedQuery("select * from otlp_stream where key = any($1) order by key for update")
                        .execute(Tuple.of((Object) starts.keySet().toArray(UUID[]::new))))
                .chain(rows -> {
                    var after = new HashMap<UUID, Stream>();
                    rows.forEach(row -> {
                        var stream = stream(row);
                        after.put(stream.key(), advance.apply(stream));
                    });
                    return write(connection, after.values()).map(_ -> (Map<UUID, Stream>) after);
                }));
    }

    private Uni<Void> open(SqlConnection connection, String tenant, Map<UUID, Long> starts) {
        var keys = List.copyOf(starts.keySet());
        return connection
                .preparedQuery("""
                        insert into otlp_stream (key, tenant, start_nanos, last_nanos, generation, counted, touched_at)
                        select key, $1, start, 0, 0, 0, now() from unnest($2::uuid[], $3::bigint[]) as s (key, start)
                        order by key on conflict do nothing
                        """)
                .execute(Tuple.of(tenant)
                        .addArrayOfUUID(keys.toArray(UUID[]::new))
                        .addArrayOfLong(keys.stream().map(starts::get).toArray(Long[]::new)))
                .chain(opened -> opened.rowCount() == 0
                        ? Uni.createFrom().voidItem()
                        : connection
                                .preparedQuery("select count(*) as all from otlp_stream where tenant = $1")
                                .execute(Tuple.of(tenant))
                                .invoke(rows -> {
                                    if (rows.iterator().next().getLong(0) > mostOfATenant) {
                                        throw new TooManyException();
                                    }
                                })
                                .replaceWithVoid());
    }

    private static Uni<Void> write(SqlConnection connection, Collection<Stream> streams) {
        var rows = new ArrayList<Tuple>();
        for (var stream : streams) {
            rows.add(Tuple.of(
                            stream.key(),
                            stream.lastNanos(),
                            stream.generation(),
                            stream.counted().toPlainString(),
                            stream.next().map(step -> step.to().toPlainString()).orElse(null))
                    .addValue(stream.next()
                            .map(step -> io.vertx.core.buffer.Buffer.buffer(step.event()))
                            .orElse(null)));
        }
        return connection.preparedQuery("""
                        update otlp_stream set last_nanos = $2, generation = $3, counted = $4::text::numeric,
                            next = $5::text::numeric, event = $6, touched_at = now()
                        where key = $1
                        """).executeBatch(rows).replaceWithVoid();
    }

    /** The log has these steps. One that somebody else finished is left as it is. */
    Uni<Void> done(Map<UUID, BigDecimal> steps) {
        var keys = steps.keySet().stream().sorted().toList();
        return pool.preparedQuery("""
                        update otlp_stream o set counted = o.next, next = null, event = null
                        from unnest($1::uuid[], $2::text[]) as s (key, done) where o.key = s.key and o.next = s.done::numeric
                        """)
                .execute(Tuple.tuple()
                        .addArrayOfUUID(keys.toArray(UUID[]::new))
                        .addArrayOfString(keys.stream()
                                .map(key -> steps.get(key).toPlainString())
                                .toArray(String[]::new)))
                .replaceWithVoid();
    }

    private static Stream stream(Row row) {
        var next = row.getBigDecimal("next");
        return new Stream(
                row.getUUID("key"),
                row.getLong("start_nanos"),
                row.getLong("last_nanos"),
                row.getInteger("generation"),
                row.getBigDecimal("counted"),
                next == null
                        ? Optional.empty()
                        : Optional.of(new Step(next, row.getBuffer("event").getBytes())));
    }
}
