package io.tallystick.identity.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.identity.access.TokenRefused.Code;
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
     * @param key thumbprint of the DID's key that signed it
     * @param jti to be used once
     * @param usableUntil when it is refused for its age, whatever the clocks
     */
    record Verified(String did, String key, String jti, Instant usableUntil) {}

    private final DidSignatures signatures;
    private final String issuer;
    private final Duration skew;

    ClientAssertions(DidSignatures signatures, AccessConfig config) {
        this.signatures = signatures;
        this.issuer = config.issuer();
        this.skew = config.clockSkew();
    }

    /** @throws TokenRefused unless all of it may be believed now; whether it was used before, this cannot know */
    Verified verify(String assertion, Instant now) {
        try {
            var jws = CompactJws.parse(assertion, MAX_LENGTH, REQUIRED, OPTIONAL);
            // Without a type it can still be nothing else of ours: those have their own, and other claims.
            if (jws.hasHeader("typ") && !TYPES.contains(jws.header("typ"))) {
                throw new CompactJws.Invalid("typ must be JWT or client-authentication+jwt, or be left out");
            }
            var claims = jws.claims();
            var did = CompactJws.text(claims, "iss");
            var key = signatures.verify(jws, did).thumbprint();
            return believed(claims, did, key, now);
        } catch (CompactJws.Invalid e) {
            throw new TokenRefused(Code.INVALID_CLIENT, "client_assertion: " + e.getMessage());
        }
    }

    private Verified believed(JsonNode claims, String did, String key, Instant now) {
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
        return new Verified(did, key, jti, expires.plus(skew));
    }

    private void requireNotEarly(JsonNode claims, String name, Instant now) {
        if (claims.has(name)
                && CompactJws.seconds(claims, name) > now.plus(skew).getEpochSecond()) {
            throw new CompactJws.Invalid(name + " is in the future; check the clocks");
        }
    }
}
