package io.tallystick.kit.access.proof;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.kit.access.Base58;
import io.tallystick.kit.access.CompactJws;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A public key by which a caller proves itself: valid, and on one of the three curves that sign here.
 *
 * <p>The key decides how a signature is verified; what came with the signature is only asked whether it says the same.
 */
public final class ProofKey {
    private static final String DID_KEY = "did:key:z";
    private static final String DID_JWK = "did:jwk:";

    /** What an RFC 7517 key may not have when it is public; {@code k} is that of a symmetric one. */
    private static final List<String> PRIVATE = List.of("d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv");

    /** A did:key's first bytes, by the curve. */
    private static final Map<Curve, byte[]> MULTICODEC = Map.of(
            Curve.ED25519, new byte[] {(byte) 0xed, 0x01},
            Curve.P256, new byte[] {(byte) 0x80, 0x24},
            Curve.SECP256K1, new byte[] {(byte) 0xe7, 0x01});

    private static final int MAX_DID_LENGTH = 1024;

    private final Curve curve;
    private final String thumbprint;
    private final Curve.Verifier verifier;

    private ProofKey(Curve curve, byte[] x, byte[] y) {
        this.curve = curve;
        this.thumbprint = thumbprint(curve, x, y);
        this.verifier = curve.verifier(x, y);
    }

    /** @throws ProofRefused unless this is a public JWK (RFC 7517) with a key that signs */
    static ProofKey ofJwk(JsonNode jwk) {
        if (!jwk.isObject()) {
            throw ProofRefused.wrong("jwk must be a JSON object.");
        }
        if (PRIVATE.stream().anyMatch(jwk::has)) {
            throw ProofRefused.wrong("jwk must have the public key only. Its private part is no secret any more.");
        }
        try {
            var curve = Curve.of(CompactJws.text(jwk, "kty"), CompactJws.text(jwk, "crv"));
            var x = coordinate(jwk, "x");
            return new ProofKey(curve, x, curve.hasY() ? coordinate(jwk, "y") : new byte[0]);
        } catch (CompactJws.Invalid | IllegalArgumentException e) {
            throw ProofRefused.wrong("jwk is not a key that signs here: " + e.getMessage() + ".");
        }
    }

    /**
     * @param did with the fragment that names its one key, or without
     * @throws ProofRefused unless it is a did:key or did:jwk whose key signs
     */
    static ProofKey ofDid(String did) {
        if (did.length() > MAX_DID_LENGTH) {
            throw ProofRefused.wrong("keyid is too long.");
        }
        int hash = did.indexOf('#');
        var id = hash < 0 ? did : did.substring(0, hash);
        var fragment = hash < 0 ? "" : did.substring(hash + 1);
        try {
            if (id.startsWith(DID_KEY) && (hash < 0 || fragment.equals(id.substring(DID_KEY.length() - 1)))) {
                return ofMultibase(id.substring(DID_KEY.length()));
            }
            if (id.startsWith(DID_JWK) && (hash < 0 || fragment.equals("0"))) {
                return ofJwk(CompactJws.object(CompactJws.decode(id.substring(DID_JWK.length()))));
            }
        } catch (CompactJws.Invalid | IllegalArgumentException e) {
            throw ProofRefused.wrong("keyid is not a key that signs here: " + e.getMessage() + ".");
        }
        throw ProofRefused.wrong("keyid must be the did:key or did:jwk of the key, or the URL of its one key.");
    }

    private static ProofKey ofMultibase(String base58) {
        var coded = Base58.decode(base58);
        for (var curve : Curve.values()) {
            var codec = MULTICODEC.get(curve);
            if (coded.length > codec.length && Arrays.equals(coded, 0, codec.length, codec, 0, codec.length)) {
                var point = curve.decoded(Arrays.copyOfRange(coded, codec.length, coded.length));
                return new ProofKey(curve, point.x(), point.y());
            }
        }
        throw new IllegalArgumentException("no did:key of an Ed25519, P-256 or secp256k1 key");
    }

    /** The key's thumbprint (RFC 7638): how a {@code cnf} claim names it. */
    public String thumbprint() {
        return thumbprint;
    }

    public Curve curve() {
        return curve;
    }

    /** Returns only if this key signed {@code message}. @throws ProofRefused otherwise */
    public void verify(byte[] message, byte[] signature) {
        if (!verifier.verifies(message, signature)) {
            throw ProofRefused.wrong("The proof's signature is not of its key and its content.");
        }
    }

    private static byte[] coordinate(JsonNode jwk, String name) {
        var bytes = CompactJws.decode(CompactJws.text(jwk, name));
        if (bytes.length != 32) {
            throw new IllegalArgumentException(name + " must be 32 bytes");
        }
        return bytes;
    }

    private static String thumbprint(Curve curve, byte[] x, byte[] y) {
        var url = Base64.getUrlEncoder().withoutPadding();
        var members = "{\"crv\":\"%s\",\"kty\":\"%s\",\"x\":\"%s\""
                .formatted(curve.crv(), curve.kty(), url.encodeToString(x));
        return Sha256.base64Url(members + (curve.hasY() ? ",\"y\":\"" + url.encodeToString(y) + "\"}" : "}"));
    }
}
