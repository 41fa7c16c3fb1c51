package io.tallystick.metering.deadletter;

import io.smallrye.mutiny.Uni;
import io.tallystick.metering.usage.UsageEntry;
import io.tallystick.metering.usage.UsageLog;
import io.tallystick.metering.usage.event.EventAttributes;
import io.tallystick.metering.usage.event.EventReader;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends dead letters again, or puts them away. A letter that is sent again keeps its event's source and id, so it counts
 * at most once however often that is asked for; what became of it is written down by whoever counts it.
 */
@ApplicationScoped
class Handling {
    /** Most bytes of the events of one replay. */
    private static final long REPLAY_BYTES = 1024 * 1024;

    /** For the log's key where the event names no subject. */
    private static final String NO_SUBJECT = "dead-letters";

    /** What can come out otherwise the second time: the rest needs another id, another time or an import. */
    private static final String CAN_BE_REPLAYED = """
            l.reason in ('unreadable', 'ahead', 'unusable', 'uncountable') and octet_length(l.event) > 0
            and l.revision = 0 and (l.funding <> '' or l.source not like '/gateway/%')
            """;

    /** Sent, and not heard of for so long that the log may never have had it: an event counts once in any case. */
    private static final String IS_FREE = """
            (s.state is null or s.state = 'failed'
             or (s.state = 'replaying' and s.since < now() - interval '1 minute'))
            """;

    private final Pool pool;
    private final UsageLog log;
    private final EventReader reader;

    Handling(Pool pool, UsageLog log, EventReader reader) {
        this.pool = pool;
        this.log = log;
        this.reader = reader;
    }

    /** Which letters: of the tenant, above {@code after}; an empty text means any. */
    record Choice(String tenant, long id, String reason, String source, long after, int limit) {
        static Choice of(String tenant, long id) {
            return new Choice(tenant, id, "", "", 0, 1);
        }
    }

    private record Letter(long id, UsageEntry entry) {}

    /** The letters that were sent again, oldest first, once Kafka has them. Others that were chosen cannot be, or were. */
    Uni<List<Long>> replay(Choice choice, String by) {
        return pool.preparedQuery("""
                        with chosen as (
                            select l.id, l.day, l.tenant, l.sent_by, l.appended_at, l.event, l.funding, l.hold_id, l.import_id,
                                sum(octet_length(l.event)) over (order by l.id) - octet_length(l.event) as bytes_before
                            from dead_letter l left join dead_letter_state s on s.letter = l.id
                            where l.tenant = $1 and ($2::bigint = 0 or l.id = $2) and ($3 = '' or l.reason = $3)
                                and ($4 = '' or l.source = $4) and l.id > $5
                                and
                        """ + CAN_BE_REPLAYED + " and " + IS_FREE + """
                            order by l.id limit $6
                        ), taken as (
                            insert into dead_letter_state as s (letter, tenant, day, state, detail, since)
                            select id, tenant, day, 'replaying', '', now() from chosen where bytes_before < $7 order by id
                            on conflict (letter) do update set state = 'replaying', detail = '', since = now()
                            where
                        """ + IS_FREE + """
                            returning letter
                        ), noted as (
                            insert into dead_letter_action (letter, tenant, day, action, reason, by_did, at)
                            select id, tenant, day, 'replay', '', $8, now() from chosen join taken on letter = id
                        )
                        select id, tenant, sent_by, appended_at, event, funding, hold_id, import_id
                        from chosen join taken on letter = id order by id
                        """)
                .execute(Tuple.of(choice.tenant(), choice.id(), choice.reason(), choice.source(), choice.after())
                        .addInteger(choice.limit())
                        .addLong(REPLAY_BYTES)
                        .addString(by))
                .map(rows -> {
                    var letters = new ArrayList<Letter>();
                    rows.forEach(row -> letters.add(letter(row)));
                    return letters;
                })
                .chain(letters -> Uni.createFrom()
                        .completionStage(() ->
                                log.append(letters.stream().map(Letter::entry).toList()))
                        .map(_ -> letters.stream().map(Letter::id).toList()));
    }

    private Letter letter(Row row) {
        var id = row.getLong("id");
        var event = row.getBuffer("event").getBytes();
        var tenant = row.getString("tenant");
        var by = row.getString("sent_by");
        var subject = subject(event);
        UsageEntry entry;
        if ("call".equals(row.getString("funding"))) {
            entry = UsageEntry.ofCall(tenant, subject, row.getString("hold_id"), by, event);
        } else if (row.getString("import_id").isEmpty()) {
            entry = UsageEntry.ofAccount(tenant, subject, by, event);
        } else {
            // Of no run: the run that it came with has it among its dead letters.
            entry = UsageEntry.ofImport(tenant, subject, by, row.getString("import_id"), 0, event);
        }
        return new Letter(
                id, entry.again(id, row.getOffsetDateTime("appended_at").toInstant()));
    }

    private String subject(byte[] event) {
        try {
            return reader.read(event) instanceof EventAttributes attributes ? attributes.subject() : NO_SUBJECT;
        } catch (IOException e) {
            return NO_SUBJECT;
        }
    }

    /** Puts a letter away. Whether it did: not if it was put away before, is under way, or was counted. */
    Uni<Boolean> discard(String tenant, long id, String reason, String by) {
        return pool.preparedQuery("""
                        with put as (
                            insert into dead_letter_state as s (letter, tenant, day, state, detail, since)
                            select id, tenant, day, 'discarded', $3, now() from dead_letter where tenant = $1 and id = $2
                            on conflict (letter) do update set state = 'discarded', detail = $3, since = now()
                            where s.state = 'failed'
                            returning letter, day
                        )
                        insert into dead_letter_action (letter, tenant, day, action, reason, by_did, at)
                        select letter, $1, day, 'discard', $3, $4, now() from put returning letter
                        """).execute(Tuple.of(tenant, id, reason, by)).map(rows -> rows.rowCount() > 0);
    }
}
