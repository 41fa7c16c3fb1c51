package io.tallystick.metering.deadletter;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.StreamSupport;

/** The dead letters. Written by whoever reads the log; here they are only read. */
@ApplicationScoped
class DeadLetters {
    private final Pool pool;

    DeadLetters(Pool pool) {
        this.pool = pool;
    }

    /**
     * @param id rises with time
     * @param field pointer into the event; empty if all of it is meant
     * @param sentBy DID of the authenticated sender
     * @param event as it was sent
     */
    record DeadLetter(
            long id,
            String reason,
            String field,
            String detail,
            String source,
            String eventId,
            String sentBy,
            Instant appendedAt,
            String event) {}

    /** Newest first, those below {@code before}. */
    Uni<List<DeadLetter>> page(String tenant, String reason, long before, int size) {
        return pool.preparedQuery("""
                        select id, reason, field, detail, source, event_id, sent_by, appended_at, event from dead_letter
                        where tenant = $1 and id < $2 and ($3 = '' or reason = $3) order by id desc limit $4
                        """)
                .execute(Tuple.of(tenant, before, reason, size))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(DeadLetters::letter)
                        .toList());
    }

    private static DeadLetter letter(Row row) {
        return new DeadLetter(
                row.getLong("id"),
                row.getString("reason"),
                row.getString("field"),
                row.getString("detail"),
                row.getString("source"),
                row.getString("event_id"),
                row.getString("sent_by"),
                row.getOffsetDateTime("appended_at").toInstant(),
                new String(row.getBuffer("event").getBytes(), StandardCharsets.UTF_8));
    }
}
