package io.tallystick.events;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * Identity-service lives, and has published everything up to {@code revision}. A reader that hears none for its
 * configured silence, or stays behind {@code revision}, refuses what depends on identity. Travels signed.
 *
 * @param revision the highest revision published, 0 before the first
 * @param time when it was sent, by identity's clock
 */
public record IdentityHeartbeat(long revision, Instant time) implements DomainEvent {

    public IdentityHeartbeat {
        requireNonNull(time, "time");
        if (revision < 0) {
            throw new IllegalArgumentException("revision below zero: " + revision);
        }
    }

    @Override
    public String key() {
        return "heartbeat";
    }
}
