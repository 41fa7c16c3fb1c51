package io.tallystick.events;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Identity-service lives, and this is how far the topic that the heartbeat travels on must reach. Sent each second on
 * both of identity's topics, {@code key.changed} and {@code did.changed}: a reader that hears none on one of them for
 * its configured silence, or stays behind {@code revision}, refuses what depends on identity. Travels signed.
 *
 * @param revision the highest revision committed among the events of this topic, 0 before the first
 * @param time when it was sent, by identity's clock; an old one put back on the topic proves nothing
 * @param keys ids of all keys that are accepted now, so that an old event put back on the topic revives no key
 * @param revisions the highest revision committed on each of identity's topics that has no heartbeat of its own, by the
 *     topic's name; empty from a version that knows none
 * @param nonces what a proof of a key may name now to show that it is fresh, the newest first; empty from a version that
 *     knows none
 */
public record IdentityHeartbeat(
        long revision, Instant time, List<String> keys, Map<String, Long> revisions, List<String> nonces)
        implements DomainEvent {

    public IdentityHeartbeat {
        requireNonNull(time, "time");
        keys = List.copyOf(keys);
        // Heartbeats of the version before say nothing of them, and are understood during a roll-out.
        revisions = revisions == null ? Map.of() : Map.copyOf(revisions);
        nonces = nonces == null ? List.of() : List.copyOf(nonces);
        if (revision < 0 || revisions.values().stream().anyMatch(other -> other < 0)) {
            throw new IllegalArgumentException("revision below zero: " + revision + ", " + revisions);
        }
    }

    /** One that names no nonces. */
    public IdentityHeartbeat(long revision, Instant time, List<String> keys, Map<String, Long> revisions) {
        this(revision, time, keys, revisions, List.of());
    }

    @Override
    public String key() {
        return "heartbeat";
    }
}
