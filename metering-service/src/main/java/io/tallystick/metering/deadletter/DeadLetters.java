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
import java.util.Optional;

/** The dead letters, and where each of them stands. Written by whoever reads the log; here they are only read. */
@ApplicationScoped
class DeadLetters {
    /** Most bytes of the events of one page. */
    private static final long PAGE_BYTES = 4 * 1024 * 1024;

    /** Most that is told of what was done with one letter. */
    private static final int MOST_ACTIONS = 100;

    private final Pool pool;

    DeadLetters(Pool pool) {
        this.pool = pool;
    }

    /**
     * @param id rises with time
     * @param field pointer into the event; empty if all of it is meant
     * @param sentBy DID of the authenticated sender
     * @param event as it was sent
     * @param state {@code open}, or what somebody made of it
     * @param outcome why it failed again, or why it was discarded; empty otherwise
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
            String event,
            String state,
            String outcome) {}

    /** What somebody did with a letter. */
    record Action(String action, String reason, String by, Instant at) {}

    /** A letter with all that was done with it, the oldest first. */
    record Told(DeadLetter letter, List<Action> actions) {}

    /** @param more whether older ones follow */
    record Page(List<DeadLetter> letters, boolean more) {}

    /** Newest first, those below {@code before}: at most {@code size}, and of {@link #PAGE_BYTES} unless one alone is larger. */
    Uni<Page> page(String tenant, String reason, String state, long before, int size) {
        return pool.preparedQuery("""
                        select *, bytes > $5 and place > 1 or place > $4 as beyond from (
                            select *, sum(octet_length(event)) over newest as bytes, row_number() over newest as place
                            from (
                                select l.id, reason, field, l.detail, source, event_id, sent_by, appended_at, event,
                                    coalesce(s.state, 'open') as state, coalesce(s.detail, '') as outcome
                                from dead_letter l left join dead_letter_state s on s.letter = l.id
                                where l.tenant = $1 and l.id < $2 and ($3 = '' or reason = $3)
                                    and ($6 = '' or coalesce(s.state, 'open') = $6)
                                order by l.id desc limit $4 + 1) as found
                            window newest as (order by id desc)) as summed
                        where place <= 2 or bytes - octet_length(event) <= $5 order by place
                        """)
                .execute(Tuple.of(tenant, before, reason, size)
                        .addLong(PAGE_BYTES)
                        .addString(state))
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

    /** One of the tenant's, with what was done with it. */
    Uni<Optional<Told>> one(String tenant, long id) {
        return pool.preparedQuery("""
                        select l.id, reason, field, l.detail, source, event_id, sent_by, appended_at, event,
                            coalesce(s.state, 'open') as state, coalesce(s.detail, '') as outcome
                        from dead_letter l left join dead_letter_state s on s.letter = l.id
                        where l.tenant = $1 and l.id = $2
                        """).execute(Tuple.of(tenant, id)).chain(rows -> {
            var found = rows.iterator();
            return found.hasNext()
                    ? told(letter(found.next()))
                    : Uni.createFrom().item(Optional.empty());
        });
    }

    private Uni<Optional<Told>> told(DeadLetter letter) {
        return pool.preparedQuery(
                        "select action, reason, by_did, at from dead_letter_action where letter = $1 order by id limit $2")
                .execute(Tuple.of(letter.id(), MOST_ACTIONS))
                .map(rows -> {
                    var actions = new ArrayList<Action>();
                    rows.forEach(row -> actions.add(new Action(
                            row.getString("action"),
                            row.getString("reason"),
                            row.getString("by_did"),
                            row.getOffsetDateTime("at").toInstant())));
                    return Optional.of(new Told(letter, actions));
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
                new String(row.getBuffer("event").getBytes(), StandardCharsets.UTF_8),
                row.getString("state"),
                row.getString("outcome"));
    }
}
