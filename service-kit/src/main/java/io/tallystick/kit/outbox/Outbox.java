package io.tallystick.kit.outbox;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;

/** Messages that are sent if, and only if, the caller's transaction commits. */
@ApplicationScoped
public class Outbox {
    private static final String PUT_MANY = """
            insert into outbox (topic, message_key, slot, content_type, value, traceparent)
            select topic, message_key, slot, content_type, value, nullif(traceparent, '')
            from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[])
                as m (topic, message_key, slot, content_type, value, traceparent)
            on conflict (slot) do update
            set value = excluded.value, traceparent = excluded.traceparent, version = outbox.version + 1
            """;

    private static final String PUT_ONE = """
            insert into outbox (topic, message_key, slot, content_type, value, traceparent)
            values (:topic, :key, :slot, :contentType, :value, nullif(:traceparent, ''))
            on conflict (slot) do update
            set value = excluded.value, traceparent = excluded.traceparent, version = outbox.version + 1
            """;

    /** Puts the messages into the transaction of {@code session}. */
    public Uni<Void> put(Mutiny.Session session, List<OutboxMessage> messages) {
        var trace = TraceParent.current();
        var done = Uni.createFrom().voidItem();
        for (var message : newestOfEachSlot(messages)) {
            done = done.chain(() -> session.createNativeQuery(PUT_ONE)
                    .setParameter("topic", message.topic())
                    .setParameter("key", message.key())
                    .setParameter("slot", message.slot())
                    .setParameter("contentType", message.contentType())
                    .setParameter("value", message.value())
                    .setParameter(TraceParent.HEADER, trace(message, trace))
                    .executeUpdate()
                    .replaceWithVoid());
        }
        return done;
    }

    /** Puts the messages into the transaction of {@code connection}, in one statement. */
    public Uni<Void> put(SqlClient connection, List<OutboxMessage> messages) {
        if (messages.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        var rows = newestOfEachSlot(messages);
        var trace = TraceParent.current();
        return connection
                .preparedQuery(PUT_MANY)
                .execute(Tuple.tuple()
                        .addArrayOfString(column(rows, OutboxMessage::topic))
                        .addArrayOfString(column(rows, OutboxMessage::key))
                        .addArrayOfString(column(rows, OutboxMessage::slot))
                        .addArrayOfString(column(rows, OutboxMessage::contentType))
                        .addValue(rows.stream()
                                .map(row -> Buffer.buffer(row.value()))
                                .toArray(Buffer[]::new))
                        .addArrayOfString(column(rows, message -> trace(message, trace))))
                .replaceWithVoid();
    }

    /** One statement may not touch a slot twice; the later message is the newer total. */
    private static List<OutboxMessage> newestOfEachSlot(List<OutboxMessage> messages) {
        var newest = new LinkedHashMap<String, OutboxMessage>();
        messages.forEach(message -> newest.put(message.slot(), message));
        return List.copyOf(newest.values());
    }

    private static String trace(OutboxMessage message, String current) {
        return message.traceparent().isEmpty() ? current : message.traceparent();
    }

    private static String[] column(List<OutboxMessage> rows, Function<OutboxMessage, String> column) {
        return rows.stream().map(column).toArray(String[]::new);
    }
}
