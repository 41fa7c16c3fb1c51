package io.tallystick.kit.outbox;

import static java.util.Objects.requireNonNull;

import io.tallystick.events.DomainEvent;
import io.tallystick.events.Envelope;
import io.tallystick.events.EventJson;
import io.tallystick.events.EventType;
import java.time.Instant;
import java.util.UUID;

/**
 * A Kafka record that waits to be sent.
 *
 * @param topic without an installation's prefix
 * @param key Kafka key
 * @param slot at most one message of a slot waits: a later one takes its place
 * @param contentType media type of {@code value}
 * @param value the record's value
 * @param traceparent the trace that it continues; empty for that of whoever puts it into the outbox
 */
// Never compared: a message is written once and read back by the relay.
@SuppressWarnings("ArrayRecordComponent")
public record OutboxMessage(
        String topic, String key, String slot, String contentType, byte[] value, String traceparent) {

    public OutboxMessage {
        requireNonNull(topic, "topic");
        requireNonNull(key, "key");
        requireNonNull(slot, "slot");
        requireNonNull(contentType, "contentType");
        value = value.clone();
        traceparent = TraceParent.checked(traceparent);
    }

    /**
     * @param source the service that says it, such as {@code /metering-service}
     * @param event for a compacted topic it takes the place of one that still waits with the same key
     */
    public static OutboxMessage of(String source, DomainEvent event, Instant now) {
        var type = EventType.of(event);
        var id = UUID.randomUUID().toString();
        var slot =
                switch (type.kept()) {
                    case COMPACTED -> type.topic() + " " + event.key();
                    case FORTY_DAYS -> type.topic() + " " + id;
                };
        var json = EventJson.write(new Envelope(id, source, now, event));
        return new OutboxMessage(type.topic(), event.key(), slot, EventJson.MEDIA_TYPE, json, "");
    }

    /** The same, as part of a trace of its own: one of a batch that came from many. */
    public OutboxMessage within(String trace) {
        return new OutboxMessage(topic, key, slot, contentType, value, trace);
    }

    @Override
    public byte[] value() {
        return value.clone();
    }
}
