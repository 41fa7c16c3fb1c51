package io.tallystick.events;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;

/**
 * Identity-service lives, and this is how far the topic that the heartbeat travels on must reach. Sent each second on
 * both of identity's topics, {@code key.changed} and {@code did.changed}: a reader that hears none on one of them for
 * its configured silence, or stays behind {@code revision}, refuses what depends on identity. Travels signed.
 *
 * @param revision the highest revision committed among the events of this topic, 0 before the first
 * @param time when it was sent, by identity's clock; an old one put back on the topic proves nothing
 * @param keys ids of all keys that are accepted now, so that an old event put back on the topic revives no key
 */
public record IdentityHeartbeat(long revision, Instant time, List<String> keys) implements DomainEvent {

    public IdentityHeartbeat {
        requireNonNull(time, "time");
        keys = List.copyOf(keys);
        if (revision < 0) {
            throw new IllegalArgumentException("revision below zero: " + revision);
        }
    }

    @Override
    public String key() {
        return "heartbeat";
    }
}
