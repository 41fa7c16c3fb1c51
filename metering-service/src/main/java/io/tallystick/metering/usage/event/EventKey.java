package io.tallystick.metering.usage.event;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * What makes an event one event: its tenant, source and id, and nothing else. A retry with another time is the same
 * event; the same id from another tenant is not.
 */
public record EventKey(UUID value) implements Comparable<EventKey> {

    public EventKey {
        requireNonNull(value, "value");
    }

    public static EventKey of(String tenant, String source, String id) {
        return new EventKey(Fingerprint.of(tenant, source, id));
    }

    @Override
    public int compareTo(EventKey other) {
        return value.compareTo(other.value);
    }
}
