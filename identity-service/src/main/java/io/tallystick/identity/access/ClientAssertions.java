package io.tallystick.identity.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.access.TokenRefused.Code;
import io.tallystick.identity.did.DidKeys;
import io.tallystick.identity.did.DidKeys.Purpose;
import io.tallystick.identity.did.DidSignatures;
import io.tallystick.kit.access.AccessConfig;
import io.tallystick.kit.access.CompactJws;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Verifies client assertions (RFC 7523): a JWT by which a caller proves that it holds its DID's key.
 */
@ApplicationScoped
class ClientAssertions {
    /** Longest assertion looked at, in characters. */
    static final int MAX_LENGTH = 4096;

    /** Longest time ahead that an assertion may end. */
    static final Duration MAX_LIFETIME = Duration.ofSeconds(60);

    private static final Set<String> REQUIRED = Set.of("alg");
    private static final Set<String> OPTIONAL = Set.of("kid", "typ");
    private static final Set<String> TYPES = Set.of("JWT", "client-authentication+jwt");
    private static final Pattern JTI = Pattern.compile("[\\x21-\\x7e]{1,128}");

    /**
     * What a verified assertion says.
     *
     * @param did who sent it
     * @param version the version of the DID that has the key; empty for a DID that never changes
     * @param key thumbprint of the DID's key that signed it
     * @param jti to be used once
     * @param usableUntil when it is refused for its age, whatever the clocks
     */
    record Verified(String did, String version, String key, String jti, Instant usableUntil) {}

    private final DidSignatures signatures;
    private final String issuer;
    private final Duration skew;

    ClientAssertions(DidSignatures signatures, AccessConfig config) {
        this.signatures = signatures;
        this.issuer = config.issuer();
        this.skew = config.clockSkew();
    }

    /** Fails with {@link TokenRefused} unless all may be believed now; whether it was used before, this cannot know. */
    Uni<Verified> verify(String assertion, Instant now) {
        return Uni.createFrom()
                .deferred(() -> verified(assertion, now))
                .onFailure(CompactJws.Invalid.class)
                .transform(e -> new TokenRefused(Code.INVALID_CLIENT, "client_assertion: " + e.getMessage()));
    }

    private Uni<Verified> verified(String assertion, Instant now) {
        var jws = CompactJws.parse(assertion, MAX_LENGTH, REQUIRED, OPTIONAL);
        // Without a type it can still be nothing else of ours: those have their own, and other claims.
        if (jws.hasHeader("typ") && !TYPES.contains(jws.header("typ"))) {
            throw new CompactJws.Invalid("typ must be JWT or client-authentication+jwt, or be left out");
        }
        var claims = jws.claims();
        var did = CompactJws.text(claims, "iss");
        return signatures
                .keys(did, Purpose.AUTHENTICATION)
                .map(keys -> believed(claims, keys, keys.verify(jws).thumbprint(), now));
    }

    private Verified believed(JsonNode claims, DidKeys keys, String key, Instant now) {
        var did = keys.did();
        if (!did.equals(CompactJws.text(claims, "sub"))) {
            throw new CompactJws.Invalid("iss and sub must be the same DID");
        }
        if (!issuer.equals(CompactJws.text(claims, "aud"))) {
            throw new CompactJws.Invalid("aud must be " + issuer);
        }
        var jti = CompactJws.text(claims, "jti");
        if (!JTI.matcher(jti).matches()) {
            throw new CompactJws.Invalid("jti must have 1 to 128 visible ASCII characters");
        }
        var expires = CompactJws.time(claims, "exp");
        if (!expires.plus(skew).isAfter(now)) {
            throw new CompactJws.Invalid("it has expired");
        }
        if (expires.isAfter(now.plus(MAX_LIFETIME).plus(skew))) {
            throw new CompactJws.Invalid("exp must be at most " + MAX_LIFETIME.toSeconds() + " seconds ahead");
        }
        requireNotEarly(claims, "iat", now);
        requireNotEarly(claims, "nbf", now);
        return new Verified(did, keys.version(), key, jti, expires.plus(skew));
    }

    private void requireNotEarly(JsonNode claims, String name, Instant now) {
        if (claims.has(name)
                && CompactJws.seconds(claims, name) > now.plus(skew).getEpochSecond()) {
            throw new CompactJws.Invalid(name + " is in the future; check the clocks");
        }
    }
}
