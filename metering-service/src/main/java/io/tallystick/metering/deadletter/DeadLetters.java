package io.tallystick.metering.deadletter;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The dead letters. Written by whoever reads the log; here they are only read. */
@ApplicationScoped
class DeadLetters {
    /** Most bytes of the events of one page. */
    private static final long PAGE_BYTES = 4 * 1024 * 1024;

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

    /** @param more whether older ones follow */
    record Page(List<DeadLetter> letters, boolean more) {}

    /** Newest first, those below {@code before}: at most {@code size}, and of {@link #PAGE_BYTES} unless one alone is larger. */
    Uni<Page> page(String tenant, String reason, long before, int size) {
        return pool.preparedQuery("""
                        select *, bytes > $5 and place > 1 or place > $4 as beyond from (
                            select *, sum(octet_length(event)) over newest as bytes, row_number() over newest as place
                            from (
                                select id, reason, field, detail, source, event_id, sent_by, appended_at, event
                                from dead_letter where tenant = $1 and id < $2 and ($3 = '' or reason = $3)
                                order by id desc limit $4 + 1) as found
                            window newest as (order by id desc)) as summed
                        where place <= 2 or bytes - octet_length(event) <= $5 order by place
                        """)
                .execute(Tuple.of(tenant, before, reason, size).addLong(PAGE_BYTES))
                .map(rows -> {
                    var letters = new ArrayList<DeadLetter>();
                    var more = false;
                    for (var row : rows) {
                        if (row.getBoolean("beyond")) {
                            more = true;
                        } else {
                            letters.add(letter(row));
                        }
                    }
                    return new Page(letters, more);
                });
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
