package io.tallystick.kit.access.proof;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.kit.access.CompactJws;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Verifies DPoP proofs (RFC 9449, section 4.3): a JWT that says for which request it is, signed by the key that its own
 * header has. That is no trust in the header: what the key may do, the access token says, by its thumbprint.
 */
public final class DpopProofs {
    /** The header that carries a proof. */
    public static final String HEADER = "DPoP";

    /** The header by which a nonce is given out. */
    public static final String NONCE_HEADER = "DPoP-Nonce";

    /** Algorithms of proofs that are taken. */
    public static final List<String> ALGORITHMS = List.of("EdDSA", "Ed25519", "ES256", "ES256K");

    /** Longest time since a proof was made. */
    public static final Duration MAX_AGE = Duration.ofSeconds(60);

    private static final int MAX_LENGTH = 4096;
    private static final Set<String> REQUIRED = Set.of("typ", "alg", "jwk");
    private static final Set<String> OPTIONAL = Set.of("kid");
    private static final String TYPE = "dpop+jwt";
    private static final Pattern ID = Pattern.compile("[\\x20-\\x7e]{1,256}");

    /** The last second of the year 9999. */
    private static final double MAX_SECONDS = 253_402_300_799.0;

    private final ProofKeys keys;
    private final Origins origins;
    private final Duration skew;

    public DpopProofs(ProofKeys keys, Origins origins, Duration skew) {
        this.keys = keys;
        this.origins = origins;
        this.skew = skew;
    }

    /**
     * The request's proof, verified, for a request that asks for an access token. Whether it was taken before, this cannot
     * know.
     *
     * @throws ProofRefused if it does not prove a key
     */
    public Proof verify(Presented request, Nonces nonces, Instant now) {
        return verified(request, "", nonces, now);
    }

    /** As {@link #verify(Presented, Nonces, Instant)}, for a request that comes with this access token. */
    public Proof verify(Presented request, String accessToken, Nonces nonces, Instant now) {
        return verified(request, Sha256.base64Url(accessToken), nonces, now);
    }

    private Proof verified(Presented request, String accessTokenDigest, Nonces nonces, Instant now) {
        var values = request.header(HEADER);
        if (values.size() != 1) {
            throw ProofRefused.wrong("Send one DPoP header with a proof (RFC 9449).");
        }
        try {
            var jws = CompactJws.parse(values.getFirst(), MAX_LENGTH, REQUIRED, OPTIONAL);
            jws.requireHeader("typ", TYPE);
            var jwk = jws.headerObject("jwk");
            var key = keys.ofJwk(jwk);
            if (!key.curve().signsAs(jws.header("alg"))) {
                throw ProofRefused.wrong("alg must be that of the jwk: EdDSA (Ed25519), ES256 (P-256) or ES256K.");
            }
            var claims = jws.claims();
            requireRequest(claims, request);
            requireAccessToken(claims, accessTokenDigest);
            var until = requireTime(claims, now);
            var id = CompactJws.text(claims, "jti");
            if (!ID.matcher(id).matches()) {
                throw ProofRefused.wrong("jti must have 1 to 256 ASCII characters.");
            }
            // Before the signature: who has no nonce yet is told so at little cost.
            var nonce = claims.has("nonce") ? CompactJws.text(claims, "nonce") : "";
            nonces.require(nonce);
            key.verify(jws.signingInput(), jws.signature());
            keys.remember(jwk, key);
            return new Proof(key.thumbprint(), id, until, nonce, ProvenBody.UNSAID);
        } catch (CompactJws.Invalid e) {
            throw ProofRefused.wrong("The DPoP proof was not understood: " + e.getMessage() + ".");
        }
    }

    private void requireRequest(JsonNode claims, Presented request) {
        if (!request.method().equals(CompactJws.text(claims, "htm"))) {
            throw ProofRefused.wrong("The DPoP proof's htm must be the request's method.");
        }
        if (!origins.isOf(CompactJws.text(claims, "htu"), request)) {
            throw ProofRefused.wrong(
                    "The DPoP proof's htu must be the request's URL, as this service is called from outside.");
        }
    }

    private static void requireAccessToken(JsonNode claims, String digest) {
        if (!digest.isEmpty() && !digest.equals(CompactJws.text(claims, "ath"))) {
            throw ProofRefused.wrong("The DPoP proof's ath must be the SHA-256 of this access token, in base64url.");
        }
    }

    private Instant requireTime(JsonNode claims, Instant now) {
        var made = time(claims, "iat");
        if (made.isAfter(now.plus(skew))) {
            throw ProofRefused.wrong("The DPoP proof comes from the future; check the clocks.");
        }
        var until = made.plus(MAX_AGE).plus(skew);
        if (!until.isAfter(now)) {
            throw ProofRefused.wrong("The DPoP proof is too old; sign one for each request.");
        }
        if (claims.has("exp") && !time(claims, "exp").plus(skew).isAfter(now)) {
            throw ProofRefused.wrong("The DPoP proof has expired; sign one for each request.");
        }
        if (claims.has("nbf") && time(claims, "nbf").isAfter(now.plus(skew))) {
            throw ProofRefused.wrong("The DPoP proof is not valid yet; check the clocks.");
        }
        return until;
    }

    /** RFC 7519 lets a time have a fraction, and clients send it. */
    private static Instant time(JsonNode claims, String name) {
        var value = claims.get(name);
        if (value == null || !value.isNumber()) {
            throw ProofRefused.wrong("The DPoP proof must have " + name + " in seconds.");
        }
        var seconds = value.doubleValue();
        if (!(seconds >= 0 && seconds <= MAX_SECONDS)) {
            throw ProofRefused.wrong("The DPoP proof's " + name + " is out of bounds.");
        }
        return Instant.ofEpochSecond((long) seconds);
    }
}
