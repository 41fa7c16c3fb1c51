package io.tallystick.identity.key;

import io.tallystick.events.KeyChanged.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The keys that sign access tokens, or whose access tokens may still be around. Time moves a key on: published, then
 * signing, then retiring once a newer one signs, then revoked.
 *
 * @param keys in no order
 */
record KeyRing(List<SigningKey> keys) {
    /** More live keys than this would mean that rotations never end. */
    static final int MAX_LIVE_KEYS = 16;

    KeyRing {
        keys = List.copyOf(keys);
    }

    /** The key to sign with: of those whose time has come the newest. */
    Optional<SigningKey> signer(Instant now) {
        return keys.stream()
                .filter(key -> key.state() == State.ACTIVE && !key.activeFrom().isAfter(now))
                .max(Comparator.comparing(SigningKey::activeFrom).thenComparing(SigningKey::kid));
    }

    /** Keys whose signatures are accepted, the newest first. */
    List<SigningKey> accepted() {
        return keys.stream()
                .filter(key -> key.state() != State.REVOKED)
                .sorted(Comparator.comparing(SigningKey::activeFrom).reversed().thenComparing(SigningKey::kid))
                .toList();
    }

    /** Whether one more key may be made: the last one signs, and the older ones come to their end. */
    boolean mayRotate(Instant now) {
        return accepted().size() < MAX_LIVE_KEYS
                && keys.stream()
                        .noneMatch(key ->
                                key.state() == State.ACTIVE && key.activeFrom().isAfter(now));
    }

    /**
     * The keys that {@code now} finds in another state than they should be in, as they should be.
     *
     * @param overlap how long a key is accepted after another took its place
     */
    List<SigningKey> due(Instant now, Duration overlap) {
        var due = new ArrayList<SigningKey>();
        signer(now).ifPresent(signer -> keys.stream()
                .filter(key -> key.state() == State.ACTIVE)
                .filter(key -> !key.activeFrom().isAfter(now) && !key.kid().equals(signer.kid()))
                .forEach(key -> due.add(key.retiring(now, overlap))));
        keys.stream()
                .filter(key -> key.state() == State.RETIRING && !key.revokeAt().isAfter(now))
                .forEach(key -> due.add(key.revoked(key.revokeAt())));
        return due;
    }

    /** All accepted keys as revoked: for a rotation after a key became known to someone. */
    List<SigningKey> allRevoked(Instant now) {
        return accepted().stream().map(key -> key.revoked(now)).toList();
    }
}
