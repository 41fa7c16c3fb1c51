package io.tallystick.kit.access.proof;

import io.tallystick.kit.access.CompactJws;
import io.tallystick.kit.access.Ed25519Key;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
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
                        "kty and crv must be OKP with Ed25519, or EC with P-256 " + "or secp256k1"));
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
            case P256 -> p256(x, y);
            case SECP256K1 -> secp256k1(x, y);
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

    /** The JDK is the faster one on this curve. */
    private Verifier p256(byte[] x, byte[] y) {
        requirePoint(x, y);
        try {
            var parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            var point = new ECPoint(new BigInteger(1, x), new BigInteger(1, y));
            var key = KeyFactory.getInstance("EC")
                    .generatePublic(new ECPublicKeySpec(point, parameters.getParameterSpec(ECParameterSpec.class)));
            return (message, signature) -> signature.length == 64 && verifies(key, message, signature);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a P-256 key", e);
        }
    }

    private static boolean verifies(PublicKey key, byte[] message, byte[] signature) {
        try {
            var verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            // A signature with r or s out of range.
            return false;
        }
    }

    private Verifier secp256k1(byte[] x, byte[] y) {
        requirePoint(x, y);
        var domain = domain();
        var point = domain.getCurve().validatePoint(new BigInteger(1, x), new BigInteger(1, y));
        var key = new ECPublicKeyParameters(point, domain);
        return (message, signature) -> {
            if (signature.length != 64) {
                return false;
            }
            var verifier = new ECDSASigner();
            verifier.init(false, key);
            var r = new BigInteger(1, Arrays.copyOf(signature, 32));
            var s = new BigInteger(1, Arrays.copyOfRange(signature, 32, 64));
            return verifier.verifySignature(Sha256.of(message), r, s);
        };
    }

    private void requirePoint(byte[] x, byte[] y) {
        var domain = domain();
        domain.validatePublicPoint(domain.getCurve().validatePoint(new BigInteger(1, x), new BigInteger(1, y)));
    }

    private ECDomainParameters domain() {
        var named = CustomNamedCurves.getByName(this == P256 ? "secp256r1" : "secp256k1");
        return new ECDomainParameters(named.getCurve(), named.getG(), named.getN(), named.getH());
    }
}
