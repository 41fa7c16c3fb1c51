package io.tallystick.kit.access.proof;

import io.tallystick.kit.access.CompactJws;
import io.tallystick.kit.access.Ed25519Key;
import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;

/** The curves that sign, each with its own algorithm and no other. */
public enum Curve {
    ED25519("OKP", "Ed25519", "ed25519"),
    P256("EC", "P-256", "ecdsa-p256-sha256"),
    /** RFC 9421 has no name for it. */
    SECP256K1("EC", "secp256k1", "");

    /** What verifies signatures of one key, parsed once. */
    interface Verifier {
        boolean verifies(byte[] message, byte[] signature);
    }

    /** A point; {@code y} is empty where the curve's keys have none. */
    @SuppressWarnings("ArrayRecordComponent")
    record Point(byte[] x, byte[] y) {}

    private final String kty;
    private final String crv;
    private final String signatureAlgorithm;

    Curve(String kty, String crv, String signatureAlgorithm) {
        this.kty = kty;
        this.crv = crv;
        this.signatureAlgorithm = signatureAlgorithm;
    }

    /** @throws IllegalArgumentException if there is no such curve here */
    static Curve of(String kty, String crv) {
        return Arrays.stream(values())
                .filter(curve -> curve.kty.equals(kty) && curve.crv.equals(crv))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "kty and crv must be OKP with Ed25519, or EC with P-256 or secp256k1"));
    }

    String kty() {
        return kty;
    }

    String crv() {
        return crv;
    }

    boolean hasY() {
        return this != ED25519;
    }

    /** Whether {@code algorithm} is what a JWS calls the algorithm of this curve. */
    boolean signsAs(String algorithm) {
        return switch (this) {
            // RFC 9864 gave EdDSA on this curve a name of its own, which newer clients send.
            case ED25519 -> algorithm.equals("EdDSA") || algorithm.equals("Ed25519");
            case P256 -> algorithm.equals("ES256");
            case SECP256K1 -> algorithm.equals("ES256K");
        };
    }

    /** Name of its algorithm in an HTTP message signature, empty if it has none. */
    public String signatureAlgorithm() {
        return signatureAlgorithm;
    }

    /** @throws IllegalArgumentException if these are not the bytes of a did:key of this curve */
    Point decoded(byte[] bytes) {
        if (this == ED25519) {
            return new Point(bytes, new byte[0]);
        }
        if (bytes.length != 33 || (bytes[0] != 2 && bytes[0] != 3)) {
            throw new IllegalArgumentException("the key must be a compressed point");
        }
        var point = domain().getCurve().decodePoint(bytes).normalize();
        return new Point(
                point.getAffineXCoord().getEncoded(), point.getAffineYCoord().getEncoded());
    }

    /** @throws IllegalArgumentException if these are no coordinates of a valid key */
    Verifier verifier(byte[] x, byte[] y) {
        return switch (this) {
            case ED25519 -> ed25519(Ed25519Key.of(x));
            case P256, SECP256K1 -> ecdsa(x, y);
        };
    }

    private static Verifier ed25519(Ed25519Key key) {
        return (message, signature) -> {
            try {
                key.verify(message, signature);
                return true;
            } catch (CompactJws.Invalid e) {
                return false;
            }
        };
    }

    /** BouncyCastle's low-level code, on P-256 three to four times faster than the JDK's. */
    private Verifier ecdsa(byte[] x, byte[] y) {
        var domain = domain();
        var point = domain.getCurve().validatePoint(new BigInteger(1, x), new BigInteger(1, y));
        var key = new ECPublicKeyParameters(domain.validatePublicPoint(point), domain);
        return (message, signature) -> {
            if (signature.length != 64) {
                return false;
            }
            var verifier = new ECDSASigner();
            verifier.init(false, key);
            // Refuses r and s of zero and from the group's order up.
            return verifier.verifySignature(
                    Sha256.of(message),
                    new BigInteger(1, Arrays.copyOf(signature, 32)),
                    new BigInteger(1, Arrays.copyOfRange(signature, 32, 64)));
        };
    }

    private ECDomainParameters domain() {
        var named = CustomNamedCurves.getByName(this == P256 ? "secp256r1" : "secp256k1");
        return new ECDomainParameters(named.getCurve(), named.getG(), named.getN(), named.getH());
    }
}
