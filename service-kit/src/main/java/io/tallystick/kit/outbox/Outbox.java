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
            insert into outbox (topic, message_key, slot, content_type, value)
            select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[])
            on conflict (slot) do update set value = excluded.value, version = outbox.version + 1
            """;

    private static final String PUT_ONE = """
            insert into outbox (topic, message_key, slot, content_type, value)
            values (:topic, :key, :slot, :contentType, :value)
            on conflict (slot) do update set value = excluded.value, version = outbox.version + 1
            """;

    /** Puts the messages into the transaction of {@code session}. */
    public Uni<Void> put(Mutiny.Session session, List<OutboxMessage> messages) {
        var done = Uni.createFrom().voidItem();
        for (var message : newestOfEachSlot(messages)) {
            done = done.chain(() -> session.createNativeQuery(PUT_ONE)
                    .setParameter("topic", message.topic())
                    .setParameter("key", message.key())
                    .setParameter("slot", message.slot())
                    .setParameter("contentType", message.contentType())
                    .setParameter("value", message.value())
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
        return connection
                .preparedQuery(PUT_MANY)
                .execute(Tuple.tuple()
                        .addArrayOfString(column(rows, OutboxMessage::topic))
                        .addArrayOfString(column(rows, OutboxMessage::key))
                        .addArrayOfString(column(rows, OutboxMessage::slot))
                        .addArrayOfString(column(rows, OutboxMessage::contentType))
                        .addValue(rows.stream()
                                .map(row -> Buffer.buffer(row.value()))
                                .toArray(Buffer[]::new)))
                .replaceWithVoid();
    }

    /** One statement may not touch a slot twice; the later message is the newer total. */
    private static List<OutboxMessage> newestOfEachSlot(List<OutboxMessage> messages) {
        var newest = new LinkedHashMap<String, OutboxMessage>();
        messages.forEach(message -> newest.put(message.slot(), message));
        return List.copyOf(newest.values());
    }

    private static String[] column(List<OutboxMessage> rows, Function<OutboxMessage, String> column) {
        return rows.stream().map(column).toArray(String[]::new);
    }
}
