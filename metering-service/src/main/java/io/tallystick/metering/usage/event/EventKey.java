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

    /** Of what took the event's place; revision 0 is the event as it was first sent. */
    public static EventKey of(String tenant, String source, String id, int revision) {
        return revision == 0
                ? of(tenant, source, id)
                : new EventKey(Fingerprint.of(tenant, source, id, Integer.toString(revision)));
    }

    /** Of an event within an import, which is remembered for ever. */
    public static UUID ofImport(String tenant, String importId, String source, String id) {
        return Fingerprint.of("import", tenant, importId, source, id);
    }

    @Override
    public int compareTo(EventKey other) {
        return value.compareTo(other.value);
    }
}
