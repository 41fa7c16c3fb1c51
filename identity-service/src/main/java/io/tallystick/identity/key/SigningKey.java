package io.tallystick.identity.key;

import static java.util.Objects.requireNonNull;

import io.tallystick.events.KeyChanged;
import io.tallystick.events.KeyChanged.State;
import io.tallystick.identity.key.signer.HeldKey;
import io.tallystick.identity.key.signer.Holder;
import io.tallystick.identity.key.signer.KeyPurpose;
import io.tallystick.kit.access.Ed25519Key;
import java.time.Duration;
import java.time.Instant;

/**
 * The public side of a key that signs.
 *
 * @param kid its JWK thumbprint (RFC 7638)
 * @param activeFrom when it begins to sign; it is published before, so that everyone knows it by then
 * @param revokeAt when it stops being accepted; {@link #NEVER} as long as no other key has taken its place
 */
public record SigningKey(
        KeyPurpose purpose,
        String kid,
        Ed25519Key publicKey,
        Holder holder,
        State state,
        Instant activeFrom,
        Instant revokeAt) {
    static final Instant NEVER = Instant.MAX;

    public SigningKey {
        requireNonNull(purpose, "purpose");
        requireNonNull(kid, "kid");
        requireNonNull(publicKey, "publicKey");
        requireNonNull(holder, "holder");
        requireNonNull(activeFrom, "activeFrom");
        if ((state == State.ACTIVE) != revokeAt.equals(NEVER)) {
            throw new IllegalArgumentException("exactly a key that was superseded has an end");
        }
    }

    static SigningKey active(HeldKey made, Instant from) {
        return new SigningKey(made.purpose(), made.id(), made.publicKey(), made.holder(), State.ACTIVE, from, NEVER);
    }

    /** Another key signs now; what this one signed is accepted for {@code overlap} more. */
    SigningKey retiring(Instant now, Duration overlap) {
        return new SigningKey(purpose, kid, publicKey, holder, State.RETIRING, activeFrom, now.plus(overlap));
    }

    /** Nothing it signed is accepted any more. */
    SigningKey revoked(Instant now) {
        return new SigningKey(purpose, kid, publicKey, holder, State.REVOKED, activeFrom, now);
    }

    KeyChanged toEvent(Instant since, long revision) {
        var told =
                switch (purpose) {
                    case ACCESS_TOKEN -> KeyChanged.Purpose.ACCESS_TOKEN;
                    case ASSERTION -> KeyChanged.Purpose.ASSERTION;
                    case RECEIPT -> KeyChanged.Purpose.RECEIPT;
                    case DID_UPDATE -> throw new IllegalStateException("such a key is told by its log alone");
                };
        return new KeyChanged(kid, publicKey.base64Url(), told, state, since, revision);
    }
}
