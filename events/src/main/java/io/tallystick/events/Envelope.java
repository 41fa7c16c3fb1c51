package io.tallystick.events;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A CloudEvents 1.0 event around one of ours.
 *
 * @param id unique within {@code source}
 * @param source the service that says it, such as {@code /metering-service}
 * @param time when it was said
 * @param data the fact
 */
public record Envelope(String id, String source, Instant time, DomainEvent data) {

    public Envelope {
        requireNonNull(time, "time");
        requireNonNull(data, "data");
        if (id.isBlank() || source.isBlank()) {
            throw new IllegalArgumentException("an event needs an id and a source");
        }
    }

    /** CloudEvents {@code type} of the data. */
    public String type() {
        return EventType.of(data).type();
    }
}
