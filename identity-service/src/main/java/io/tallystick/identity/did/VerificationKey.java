package io.tallystick.identity.did;

import io.tallystick.kit.access.Base58;
import io.tallystick.kit.access.CompactJws;
import io.tallystick.kit.access.Ed25519Key;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.math.ec.ECPoint;

/**
 * A public key of a DID. Exists only if it is a valid one: a point of its curve, in its one encoding.
 *
 * <p>The key decides how a signature is verified; a JWS is only asked whether it says the same.
 */
public final class VerificationKey {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
    private static final ECDomainParameters P256 = domain("secp256r1");
    private static final ECDomainParameters SECP256K1 = domain("secp256k1");

    private final KeyType type;
    private final byte[] bytes;

    private VerificationKey(KeyType type, byte[] bytes) {
        this.type = type;
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException if these are not the bytes of a key of this kind */
    public static VerificationKey of(KeyType type, byte[] bytes) {
        if (bytes.length != type.length()) {
            throw new IllegalArgumentException("a key of this kind has " + type.length() + " bytes");
        }
        switch (type) {
            case ED25519 -> Ed25519Key.of(bytes);
            case P256 -> point(P256, bytes);
            case SECP256K1 -> point(SECP256K1, bytes);
            case X25519 -> requireNotZero(bytes);
        }
        return new VerificationKey(type, bytes.clone());
    }

    /** A key of an elliptic curve by the coordinates of its point. */
    static VerificationKey of(KeyType type, byte[] x, byte[] y) {
        if (x.length != 32 || y.length != 32) {
            throw new IllegalArgumentException("a coordinate has 32 bytes");
        }
        var domain = type == KeyType.P256 ? P256 : SECP256K1;
        var point = domain.getCurve().validatePoint(new BigInteger(1, x), new BigInteger(1, y));
        return of(type, point.getEncoded(true));
    }

    /** @throws IllegalArgumentException if {@code text} is not a key in multibase base58btc and a known multicodec */
    public static VerificationKey ofMultibase(String text) {
        if (!text.startsWith("z")) {
            throw new IllegalArgumentException("the key must be in multibase base58btc, which begins with z");
        }
        var coded = Base58.decode(text.substring(1));
        for (var type : KeyType.values()) {
            var codec = type.multicodec();
            if (coded.length > codec.length && Arrays.equals(coded, 0, codec.length, codec, 0, codec.length)) {
                return of(type, Arrays.copyOfRange(coded, codec.length, coded.length));
            }
        }
        throw new IllegalArgumentException("the key's multicodec is not Ed25519, X25519, P-256 or secp256k1");
    }

    public KeyType type() {
        return type;
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    public String multibase() {
        var codec = type.multicodec();
        var coded = Arrays.copyOf(codec, codec.length + bytes.length);
        System.arraycopy(bytes, 0, coded, codec.length, bytes.length);
        return "z" + Base58.encode(coded);
    }

    /** The key's JWK thumbprint (RFC 7638): how a {@code cnf} claim names it. */
    public String thumbprint() {
        var jwk =
                switch (type) {
                    case ED25519 ->
                        "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}".formatted(URL.encodeToString(bytes));
                    case X25519 ->
                        "{\"crv\":\"X25519\",\"kty\":\"OKP\",\"x\":\"%s\"}".formatted(URL.encodeToString(bytes));
                    case P256 -> jwk("P-256", point(P256, bytes));
                    case SECP256K1 -> jwk("secp256k1", point(SECP256K1, bytes));
                };
        return URL.encodeToString(sha256(jwk.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String jwk(String curve, ECPoint point) {
        return "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}"
                .formatted(
                        curve,
                        URL.encodeToString(point.getAffineXCoord().getEncoded()),
                        URL.encodeToString(point.getAffineYCoord().getEncoded()));
    }

    /**
     * Returns only if this key signed {@code jws} with the algorithm of its kind.
     *
     * @throws CompactJws.Invalid otherwise
     */
    public void verify(CompactJws jws) {
        if (!type.signs()) {
            throw new CompactJws.Invalid("the DID's key signs nothing");
        }
        // RFC 9864 gave EdDSA on this curve a name of its own, which newer clients send.
        if (type != KeyType.ED25519 || !jws.header("alg").equals("Ed25519")) {
            jws.requireHeader("alg", type.algorithm());
        }
        switch (type) {
            case ED25519 -> jws.verifiedBy(Ed25519Key.of(bytes));
            case P256 -> verify(P256, jws);
            case SECP256K1 -> verify(SECP256K1, jws);
            case X25519 -> throw new IllegalStateException("signs nothing");
        }
    }

    private void verify(ECDomainParameters domain, CompactJws jws) {
        var signature = jws.signature();
        if (signature.length != 64) {
            throw new CompactJws.Invalid("the signature must have 64 bytes");
        }
        var r = new BigInteger(1, Arrays.copyOf(signature, 32));
        var s = new BigInteger(1, Arrays.copyOfRange(signature, 32, 64));
        var verifier = new ECDSASigner();
        verifier.init(false, new ECPublicKeyParameters(point(domain, bytes), domain));
        // Refuses r and s of zero and from the group's order up.
        if (!verifier.verifySignature(sha256(jws.signingInput()), r, s)) {
            throw new CompactJws.Invalid("the signature is not of the DID's key and this content");
        }
    }

    private static ECPoint point(ECDomainParameters domain, byte[] compressed) {
        if (compressed[0] != 2 && compressed[0] != 3) {
            throw new IllegalArgumentException("the key must be a compressed point");
        }
        return domain.validatePublicPoint(domain.getCurve().decodePoint(compressed));
    }

    private static void requireNotZero(byte[] bytes) {
        if (Arrays.equals(bytes, new byte[bytes.length])) {
            throw new IllegalArgumentException("a key of zeros is none");
        }
    }

    private static byte[] sha256(byte[] message) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(message);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ECDomainParameters domain(String name) {
        X9ECParameters curve = CustomNamedCurves.getByName(name);
        return new ECDomainParameters(curve.getCurve(), curve.getG(), curve.getN(), curve.getH());
    }
}
