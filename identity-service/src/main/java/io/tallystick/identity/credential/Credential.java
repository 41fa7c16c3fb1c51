package io.tallystick.identity.credential;

import static java.util.Objects.requireNonNull;

import io.tallystick.identity.credential.StatusChange.Changed;
import io.tallystick.identity.credential.StatusChange.Rejected;
import io.tallystick.identity.credential.StatusChange.Unchanged;
import io.tallystick.identity.credential.status.Place;
import java.time.Instant;
import java.util.UUID;

/**
 * A credential that was issued, and what has become of it. Once revoked it stays so; a suspension is taken back.
 *
 * @param validFrom in whole seconds, as {@code validUntil}
 * @param place of its bits in the status lists
 * @param suspendedAt {@link #NEVER} as long as it is not
 * @param revokedAt {@link #NEVER} as long as it was not
 */
public record Credential(
        UUID id,
        Attestation says,
        Instant validFrom,
        Instant validUntil,
        Place place,
        Instant suspendedAt,
        Instant revokedAt) {
    public static final Instant NEVER = Instant.MAX;

    public Credential {
        requireNonNull(id, "id");
        requireNonNull(says, "says");
        requireNonNull(place, "place");
        if (!validFrom.isBefore(validUntil)) {
            throw new IllegalArgumentException("a credential ends after it begins");
        }
    }

    static Credential issued(UUID id, Attestation says, Instant from, Instant until, Place place) {
        return new Credential(id, says, from, until, place, NEVER, NEVER);
    }

    public boolean revoked() {
        return !revokedAt.equals(NEVER);
    }

    public boolean suspended() {
        return !suspendedAt.equals(NEVER);
    }

    /** Whether it says something now. */
    boolean holds(Instant now) {
        return !revoked() && !suspended() && now.isBefore(validUntil);
    }

    /** In a word, what it is worth now. */
    String state(Instant now) {
        if (revoked()) {
            return "revoked";
        }
        if (!now.isBefore(validUntil)) {
            return "expired";
        }
        return suspended() ? "suspended" : "valid";
    }

    StatusChange revoke(Instant now) {
        return revoked() ? new Unchanged(this) : new Changed(with(suspendedAt, now));
    }

    StatusChange suspend(Instant now) {
        if (revoked()) {
            return Rejected.REVOKED;
        }
        return suspended() ? new Unchanged(this) : new Changed(with(now, revokedAt));
    }

    StatusChange resume() {
        if (revoked()) {
            return Rejected.REVOKED;
        }
        return suspended() ? new Changed(with(NEVER, revokedAt)) : new Unchanged(this);
    }

    private Credential with(Instant suspended, Instant revoked) {
        return new Credential(id, says, validFrom, validUntil, place, suspended, revoked);
    }
}
