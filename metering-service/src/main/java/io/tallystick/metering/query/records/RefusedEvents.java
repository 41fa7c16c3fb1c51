package io.tallystick.metering.query.records;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.tallystick.metering.usage.event.EventAttributes;
import io.tallystick.metering.usage.event.EventReader;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Dead letters as events that have an error. */
@ApplicationScoped
class RefusedEvents {
    private final Pool pool;
    private final EventReader reader;
    private final ObjectMapper json;

    RefusedEvents(Pool pool, EventReader reader, ObjectMapper json) {
        this.pool = pool;
        this.reader = reader;
        this.json = json;
    }

    /** @param event JSON, an object */
    record Refused(String event, String error, Instant appendedAt) {}

    /** Of the newest {@code limit}, those that are of the subject wanted. */
    Uni<List<Refused>> newest(Wanted wanted, int limit) {
        return pool.preparedQuery("""
                        select reason, detail, source, event_id, appended_at, event from dead_letter
                        where tenant = $1 and ($2 = '' or event_id = $2) and appended_at >= $3 and appended_at < $4
                        order by id desc limit $5
                        """)
                .execute(Tuple.of(wanted.tenant(), wanted.id())
                        .addOffsetDateTime(wanted.from().orElse(Instant.EPOCH).atOffset(ZoneOffset.UTC))
                        .addOffsetDateTime(wanted.to()
                                .orElse(Instant.parse("9999-01-01T00:00:00Z"))
                                .atOffset(ZoneOffset.UTC))
                        .addInteger(limit))
                .map(rows -> {
                    var refused = new ArrayList<Refused>();
                    rows.forEach(row -> refused(row, wanted.subject()).ifPresent(refused::add));
                    return refused;
                });
    }

    private Optional<Refused> refused(Row row, String subject) {
        var sent = row.getBuffer("event").getBytes();
        var attributes = attributes(sent);
        if (!subject.isEmpty()
                && attributes.filter(one -> one.subject().equals(subject)).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Refused(
                attributes.isPresent() ? new String(sent, StandardCharsets.UTF_8) : known(row),
                row.getString("reason") + ": " + row.getString("detail"),
                row.getOffsetDateTime("appended_at").toInstant()));
    }

    private Optional<EventAttributes> attributes(byte[] sent) {
        try {
            return reader.read(sent) instanceof EventAttributes attributes ? Optional.of(attributes) : Optional.empty();
        } catch (IOException e) {
            // It was no event when it came: that is why it is here.
            return Optional.empty();
        }
    }

    private String known(Row row) {
        return write(new TreeMap<>(Map.of(
                "specversion", "1.0",
                "id", row.getString("event_id"),
                "source", row.getString("source"),
                "type", "",
                "subject", "")));
    }

    private String write(Map<String, String> event) {
        try {
            return json.writeValueAsString(event);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts are JSON", e);
        }
    }
}
