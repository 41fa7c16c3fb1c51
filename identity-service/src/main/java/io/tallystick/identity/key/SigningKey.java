package io.tallystick.identity.key;

import static java.util.Objects.requireNonNull;

import io.tallystick.events.KeyChanged;
import io.tallystick.events.KeyChanged.State;
import io.tallystick.kit.access.Ed25519Key;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/**
 * The public side of a key that signs access tokens.
 *
 * @param kid its JWK thumbprint (RFC 7638)
 * @param activeFrom when it begins to sign; it is published before, so that everyone knows it by then
 * @param revokeAt when it stops being accepted; {@link #NEVER} as long as no other key has taken its place
 */
record SigningKey(String kid, Ed25519Key publicKey, State state, Instant activeFrom, Instant revokeAt) {
    static final Instant NEVER = Instant.MAX;

    SigningKey {
        requireNonNull(kid, "kid");
        requireNonNull(publicKey, "publicKey");
        requireNonNull(activeFrom, "activeFrom");
        if ((state == State.ACTIVE) != revokeAt.equals(NEVER)) {
            throw new IllegalArgumentException("exactly a key that was superseded has an end");
        }
    }

    static SigningKey active(Ed25519Key publicKey, Instant from) {
        return new SigningKey(thumbprint(publicKey), publicKey, State.ACTIVE, from, NEVER);
    }

    /** Another key signs now; what this one signed is accepted for {@code overlap} more. */
    SigningKey retiring(Instant now, Duration overlap) {
        return new SigningKey(kid, publicKey, State.RETIRING, activeFrom, now.plus(overlap));
    }

    /** Nothing it signed is accepted any more. */
    SigningKey revoked(Instant now) {
        return new SigningKey(kid, publicKey, State.REVOKED, activeFrom, now);
    }

    KeyChanged toEvent(Instant since, long revision) {
        return new KeyChanged(kid, publicKey.base64Url(), KeyChanged.Purpose.ACCESS_TOKEN, state, since, revision);
    }

    private static String thumbprint(Ed25519Key key) {
        var jwk = "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + key.base64Url() + "\"}";
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(jwk.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
