package io.tallystick.identity.key;

import io.tallystick.events.KeyChanged.State;
import io.tallystick.identity.key.signer.KeyPurpose;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The keys of one purpose that sign, or whose signatures may still be around. Time moves a key on: published, then
 * signing, then retiring once a newer one signs, then revoked.
 *
 * @param keys in no order
 */
public record KeyRing(KeyPurpose purpose, List<SigningKey> keys) {
    private static final Comparator<SigningKey> BY_AGE =
            Comparator.comparing(SigningKey::activeFrom).thenComparing(SigningKey::kid);

    /** @throws IllegalArgumentException if a key is of another purpose */
    public KeyRing {
        keys = List.copyOf(keys);
        if (keys.stream().anyMatch(key -> key.purpose() != purpose)) {
            throw new IllegalArgumentException("a key of another purpose than " + purpose);
        }
    }

    /**
     * The key to sign with: of those whose time has come the newest. Where the clock that said so is ahead of ours, and
     * the older ones are retired by it already, the one that comes next: it is published.
     */
    Optional<SigningKey> signer(Instant now) {
        var active = keys.stream().filter(key -> key.state() == State.ACTIVE).toList();
        return active.stream()
                .filter(key -> !key.activeFrom().isAfter(now))
                .max(BY_AGE)
                .or(() -> active.stream().min(BY_AGE));
    }

    /** Keys whose signatures are accepted, the newest first. */
    public List<SigningKey> accepted() {
        return keys.stream()
                .filter(key -> key.state() != State.REVOKED)
                .sorted(Comparator.comparing(SigningKey::activeFrom).reversed().thenComparing(SigningKey::kid))
                .toList();
    }

    /**
     * Whether one more key may be made: the last one signs, and the older ones come to their end. One that is dated
     * further ahead than a rotation dates it was made by a clock that was wrong, and is not waited for.
     */
    boolean mayRotate(Instant now, Duration notice) {
        return accepted().size() < purpose.mostKeys()
                && keys.stream()
                        .filter(key -> key.state() == State.ACTIVE)
                        .noneMatch(key -> key.activeFrom().isAfter(now)
                                && !key.activeFrom().isAfter(now.plus(notice.multipliedBy(2))));
    }

    /** When the signing key has signed for long enough; empty if it is replaced on demand only. */
    Optional<Instant> nextRotation(Instant now, KeyTimes times) {
        var every = times.every().get(purpose);
        return every.isZero()
                ? Optional.empty()
                : signer(now).map(key -> key.activeFrom().plus(every));
    }

    /** When a key that is made now begins to sign; empty if none is to be made by itself. */
    Optional<Instant> wantsKeyFrom(Instant now, KeyTimes times) {
        if (signer(now).isEmpty()) {
            return Optional.of(now);
        }
        return nextRotation(now, times)
                .filter(next -> !next.isAfter(now) && mayRotate(now, times.notice()))
                .map(_ -> now.plus(times.notice()));
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

    /**
     * What must not be accepted any more once a key became known to someone. Of access tokens all, for they live minutes.
     * Of what is checked for years only the keys that may sign: the private halves of the others are gone.
     */
    List<SigningKey> compromised(Instant now) {
        return accepted().stream()
                .filter(key -> purpose == KeyPurpose.ACCESS_TOKEN || key.state() == State.ACTIVE)
                .map(key -> key.revoked(now))
                .toList();
    }
}
