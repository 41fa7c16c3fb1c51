package io.tallystick.kit.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.kit.access.AccessRefused.Reason;
import io.tallystick.kit.access.AccessToken.Spending;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Verifies access tokens (RFC 9068) without asking anyone: with the keys identity-service published last.
 *
 * <p>Nothing in the access token chooses how it is verified. The algorithm and the kind are compared with the only ones
 * there are, and {@code kid} is looked up among the published keys and used for nothing else.
 */
public final class AccessTokenVerifier {
    /** Longest access token looked at, in characters. */
    public static final int MAX_LENGTH = 4096;

    /** Claim of a subject whose keys change: the version of its DID that it was issued at. */
    public static final String DID_VERSION = "didVersion";

    private static final String CHANGING = "did:webvh:";
    private static final Pattern VERSION_ID = Pattern.compile("[1-9][0-9]{0,8}-[1-9A-HJ-NP-Za-km-z]{46}");
    private static final Set<String> HEADER = Set.of("alg", "typ", "kid");
    private static final int MAX_SCOPES = 32;
    /** Access tokens whose signatures are remembered, those used last: some megabytes. */
    private static final int MOST_REMEMBERED = 4_096;

    private static final Pattern THUMBPRINT = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final Pattern GRANT = Pattern.compile("[A-Za-z0-9_-]{16,64}");

    private final String issuer;
    private final String audience;
    private final Duration skew;
    private final IdentityView identity;
    private final Map<ByteBuffer, Signed> signed = Collections.synchronizedMap(new Latest());

    public AccessTokenVerifier(String issuer, String audience, Duration skew, IdentityView identity) {
        this.issuer = issuer;
        this.audience = audience;
        this.skew = skew;
        this.identity = identity;
    }

    /**
     * What {@code token} says, if all of it may be believed now. If it is bound to a {@link AccessToken#key() key}, it is
     * worth nothing until its caller proved that key.
     *
     * @throws AccessRefused otherwise, or when too little is known of identity-service to say
     */
    public AccessToken verify(String token, Instant now) {
        identity.requireFresh(now);
        try {
            var claims = signedClaims(token);
            requireOurs(claims);
            requireTime(claims, now);
            return known(claims);
        } catch (CompactJws.Invalid e) {
            throw new AccessRefused(Reason.MALFORMED, "The access token was not understood: " + e.getMessage() + ".");
        }
    }

    /** What is remembered is that this text was signed by this key. Whether the key is in use is looked up each time. */
    private JsonNode signedClaims(String token) {
        var name = nameOf(token);
        var known = signed.get(name);
        if (known != null
                && identity.key(known.kid()).filter(known.key()::equals).isPresent()) {
            return known.claims();
        }
        var verified = verified(token);
        signed.put(name, verified);
        return verified.claims();
    }

    private static ByteBuffer nameOf(String token) {
        try {
            var text =
                    token.substring(0, Math.min(token.length(), MAX_LENGTH + 1)).getBytes(StandardCharsets.UTF_8);
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** An access token of which one thing is known: that {@code key} signed it. The claims are never changed. */
    private record Signed(String kid, Ed25519Key key, JsonNode claims) {}

    private static final class Latest extends LinkedHashMap<ByteBuffer, Signed> {
        private static final long serialVersionUID = 1L;

        Latest() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Signed> eldest) {
            return size() > MOST_REMEMBERED;
        }
    }

    private static Signed verified(CompactJws jws, Ed25519Key key) {
        try {
            jws.verifiedBy(key);
        } catch (CompactJws.Invalid e) {
            throw new AccessRefused(Reason.BAD_SIGNATURE, "The access token's signature is wrong; get a new one.");
        }
        return new Signed(jws.header("kid"), key, jws.claims());
    }

    private Signed verified(String token) {
        var jws = CompactJws.parse(token, MAX_LENGTH, HEADER);
        if (!jws.header("alg").equals("EdDSA") || !jws.header("typ").equals("at+jwt")) {
            throw new AccessRefused(Reason.WRONG_HEADER, "Send an access token of identity-service (EdDSA, at+jwt).");
        }
        var key = identity.key(jws.header("kid"))
                .orElseThrow(() -> new AccessRefused(
                        Reason.UNKNOWN_KEY, "The access token's key is not in use; get a new access token."));
        return verified(jws, key);
    }

    private void requireOurs(JsonNode claims) {
        if (!issuer.equals(CompactJws.text(claims, "iss"))) {
            throw new AccessRefused(Reason.WRONG_ISSUER, "The access token must be issued by " + issuer + ".");
        }
        if (!audience.equals(CompactJws.text(claims, "aud"))) {
            throw new AccessRefused(
                    Reason.WRONG_AUDIENCE, "Get an access token with the audience " + audience + " alone.");
        }
    }

    private void requireTime(JsonNode claims, Instant now) {
        long issued = CompactJws.seconds(claims, "iat");
        long expires = CompactJws.seconds(claims, "exp");
        long earliest = now.minus(skew).getEpochSecond();
        long latest = now.plus(skew).getEpochSecond();

        if (expires <= earliest) {
            throw new AccessRefused(Reason.EXPIRED, "The access token has expired; get a new one.");
        }
        if (issued > latest) {
            throw new AccessRefused(Reason.NOT_YET_VALID, "The access token comes from the future; check the clocks.");
        }
        if (expires <= issued || expires - issued > AccessToken.MAX_LIFETIME_SECONDS) {
            throw new AccessRefused(
                    Reason.TOO_LONG_LIVED,
                    "An access token lives at most " + AccessToken.MAX_LIFETIME_SECONDS + " seconds.");
        }
    }

    private AccessToken known(JsonNode claims) {
        var tenant = CompactJws.text(claims, "tenant");
        var did = CompactJws.text(claims, "sub");
        var scopes = CompactJws.text(claims, "scope").split(" ", MAX_SCOPES + 1);

        if (tenant.isEmpty() || !did.startsWith("did:") || scopes.length > MAX_SCOPES) {
            throw new CompactJws.Invalid("tenant, sub or scope is out of bounds");
        }
        var key = key(claims);
        var spending = spending(claims);
        if (spending.isPresent() && key.isEmpty()) {
            throw new CompactJws.Invalid("an access token for a grant must be bound to its agent's key");
        }
        if (identity.revoked(tenant, did)
                || spending.filter(by -> identity.revoked(tenant, by.agent())).isPresent()) {
            throw new AccessRefused(Reason.REVOKED, "This identity was revoked; ask the tenant's owner.");
        }
        requireNewestVersion(claims, tenant, did);
        return new AccessToken(
                tenant,
                did,
                Set.copyOf(List.of(scopes)),
                ownOnly(claims),
                CompactJws.text(claims, "jti"),
                Instant.ofEpochSecond(CompactJws.seconds(claims, "exp")),
                key,
                spending,
                Optional.empty());
    }

    /** A binding of another kind would be a restriction that was not understood. */
    private static Optional<String> key(JsonNode claims) {
        if (!claims.has("cnf")) {
            return Optional.empty();
        }
        var cnf = claims.get("cnf");
        if (!cnf.isObject()
                || cnf.size() != 1
                || !THUMBPRINT.matcher(CompactJws.text(cnf, "jkt")).matches()) {
            throw new CompactJws.Invalid("cnf must have jkt, a key's thumbprint, and nothing else");
        }
        return Optional.of(CompactJws.text(cnf, "jkt"));
    }

    private static Optional<Spending> spending(JsonNode claims) {
        if (!claims.has("act") && !claims.has("grant")) {
            return Optional.empty();
        }
        var grant = CompactJws.text(claims, "grant");
        var act = claims.get("act");
        if (act == null
                || !act.isObject()
                || act.size() != 1
                || !GRANT.matcher(grant).matches()) {
            throw new CompactJws.Invalid("grant and act must come together, and act must have sub and nothing else");
        }
        return Optional.of(new Spending(CompactJws.text(act, "sub"), grant));
    }

    /** What a key got that its DID has no longer ends with it. */
    private void requireNewestVersion(JsonNode claims, String tenant, String did) {
        if (did.startsWith(CHANGING) != claims.has(DID_VERSION)) {
            throw new CompactJws.Invalid(DID_VERSION + " belongs to a did:webvh, and to nothing else");
        }
        if (!claims.has(DID_VERSION)) {
            return;
        }
        var version = CompactJws.text(claims, DID_VERSION);
        if (!VERSION_ID.matcher(version).matches()) {
            throw new CompactJws.Invalid(DID_VERSION + " is no versionId");
        }
        if (identity.outdated(tenant, did, version)) {
            throw new AccessRefused(
                    Reason.OUTDATED_DID, "The DID has a newer version; get a new access token with a key of that.");
        }
    }

    /** {@code own} is true or absent: any other value is a restriction that was not understood. */
    private static boolean ownOnly(JsonNode claims) {
        if (claims.has("own") && !claims.get("own").booleanValue()) {
            throw new CompactJws.Invalid("own must be true or absent");
        }
        return claims.has("own");
    }
}
