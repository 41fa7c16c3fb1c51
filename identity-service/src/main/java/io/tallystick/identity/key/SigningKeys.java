package io.tallystick.identity.key;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.key.StoredKeys.Look;
import io.tallystick.identity.key.signer.HeldKey;
import io.tallystick.identity.key.signer.KeyPurpose;
import io.tallystick.identity.key.signer.Signers;
import io.tallystick.kit.problem.UnavailableException;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The keys as this instance saw them last, and what is signed with them. What a signature is for decides which key makes
 * it: there is no way to ask for one of a key by its name.
 */
@ApplicationScoped
public class SigningKeys {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final StoredKeys stored;
    private final Signers signers;
    private volatile Look seen = new Look(Map.of(), Map.of(), 0, 0, 0, Map.of());

    SigningKeys(StoredKeys stored, Signers signers) {
        this.stored = stored;
        this.signers = signers;
    }

    /** An access token with these claims. @throws UnavailableException before the first key is there */
    public Uni<String> signAccessToken(byte[] claims, Instant now) {
        return sign(
                KeyPurpose.ACCESS_TOKEN,
                kid -> "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"" + kid + "\"}",
                claims,
                now);
    }

    /**
     * What the installation says of others, as a compact JWS.
     *
     * @param header the protected header, JSON, of the id of the key
     * @throws UnavailableException before the first key is there
     */
    public Uni<String> signAssertion(UnaryOperator<String> header, byte[] payload, Instant now) {
        return sign(KeyPurpose.ASSERTION, header, payload, now);
    }

    private Uni<String> sign(KeyPurpose purpose, UnaryOperator<String> header, byte[] payload, Instant now) {
        var key = held(purpose, now).orElseThrow(() -> new UnavailableException("signing key", RETRY_AFTER, null));
        var input = URL.encodeToString(header.apply(key.id()).getBytes(StandardCharsets.UTF_8)) + "."
                + URL.encodeToString(payload);
        return signers.sign(key, input.getBytes(StandardCharsets.US_ASCII))
                .map(signature -> input + "." + URL.encodeToString(signature));
    }

    private Optional<HeldKey> held(KeyPurpose purpose, Instant now) {
        var look = seen;
        return look.ring(purpose)
                .signer(now)
                .map(SigningKey::kid)
                .flatMap(kid -> Optional.ofNullable(look.held().get(kid)));
    }

    /** The keys of a purpose as last seen. */
    public KeyRing ring(KeyPurpose purpose) {
        return seen.ring(purpose);
    }

    /** Id of the key that signs access tokens now. */
    Optional<String> accessTokenKey(Instant now) {
        return seen.ring(KeyPurpose.ACCESS_TOKEN).signer(now).map(SigningKey::kid);
    }

    /** Whether there is a key for access tokens, and somebody who signs with it. */
    boolean canSign(Instant now) {
        return signers.reached()
                && held(KeyPurpose.ACCESS_TOKEN, now)
                        .filter(key -> signers.has(key.holder()))
                        .isPresent();
    }

    /** Looks at the keys, and moves on those whose time has come. */
    Uni<Look> refresh(Instant now) {
        return stored.moveOn(now).invoke(this::remember);
    }

    /**
     * What was opened of a key is forgotten when the key is gone. A look that began before a change and ends after it is an
     * old one: by it, a key that was just revoked would sign again.
     */
    synchronized void remember(Look look) {
        if (look.changed() >= seen.changed()) {
            signers.keepOnly(look.held().values());
            seen = look;
        }
    }
}
