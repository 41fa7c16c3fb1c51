package io.tallystick.identity;

import io.tallystick.identity.did.KeyType;
import io.tallystick.identity.did.VerificationKey;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.util.BigIntegers;

/** A caller's key on P-256 or secp256k1. */
public final class EcTestKey {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private final KeyType type;
    private final ECDomainParameters domain;
    private final BigInteger secret;

    public EcTestKey(KeyType type) {
        X9ECParameters curve = CustomNamedCurves.getByName(type == KeyType.P256 ? "secp256r1" : "secp256k1");
        this.type = type;
        this.domain = new ECDomainParameters(curve.getCurve(), curve.getG(), curve.getN(), curve.getH());
        this.secret = BigIntegers.createRandomInRange(
                BigInteger.ONE, curve.getN().subtract(BigInteger.ONE), new SecureRandom());
    }

    public String did() {
        var point = domain.getG().multiply(secret).normalize().getEncoded(true);
        return "did:key:" + VerificationKey.of(type, point).multibase();
    }

    public BigInteger order() {
        return domain.getN();
    }

    public String jws(String claims) {
        return jws("{\"alg\":\"" + type.algorithm() + "\",\"typ\":\"JWT\"}", claims);
    }

    public String jws(String header, String claims) {
        var input = encode(header) + "." + encode(claims);
        var signer = new ECDSASigner();
        signer.init(true, new ECPrivateKeyParameters(secret, domain));
        var signature = signer.generateSignature(sha256(input));
        return input + "." + URL.encodeToString(bytes(signature[0], signature[1]));
    }

    /** The other signature of the same content: (r, n - s). */
    public String malleated(String jws) {
        int end = jws.lastIndexOf('.');
        var signature = Base64.getUrlDecoder().decode(jws.substring(end + 1));
        var r = new BigInteger(1, Arrays.copyOf(signature, 32));
        var s = new BigInteger(1, Arrays.copyOfRange(signature, 32, 64));
        return withSignature(jws, r, domain.getN().subtract(s));
    }

    public static String withSignature(String jws, BigInteger r, BigInteger s) {
        return jws.substring(0, jws.lastIndexOf('.') + 1) + URL.encodeToString(bytes(r, s));
    }

    private static byte[] bytes(BigInteger r, BigInteger s) {
        var both = Arrays.copyOf(BigIntegers.asUnsignedByteArray(32, r), 64);
        System.arraycopy(BigIntegers.asUnsignedByteArray(32, s), 0, both, 32, 32);
        return both;
    }

    private static String encode(String text) {
        return URL.encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] sha256(String input) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(input.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
