package io.tallystick.kit.access.proof;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallystick.kit.access.Ed25519Signer;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import java.util.function.Consumer;

/** Someone with a key who proves it, and who may be made to lie. Test code only. */
public final class TestProver {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    /** Signs bytes. */
    public interface Signer {
        byte[] sign(byte[] message);
    }

    private final String algorithm;
    private final String jwk;
    private final Signer signer;

    private TestProver(String algorithm, String jwk, Signer signer) {
        this.algorithm = algorithm;
        this.jwk = jwk;
        this.signer = signer;
    }

    public static TestProver ed25519() {
        var seed = new byte[32];
        new SecureRandom().nextBytes(seed);
        return of(new Ed25519Signer(seed));
    }

    /** One with this key. */
    public static TestProver of(Ed25519Signer signer) {
        var jwk = "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}"
                .formatted(signer.publicKey().base64Url());
        return new TestProver("EdDSA", jwk, signer::sign);
    }

    public static TestProver p256() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var pair = generator.generateKeyPair();
            var point = ((ECPublicKey) pair.getPublic()).getW();
            var jwk = "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}"
                    .formatted(coordinate(point.getAffineX()), coordinate(point.getAffineY()));
            return new TestProver("ES256", jwk, message -> signed(pair, message));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a {@code cnf} claim names this key by. */
    public String thumbprint() {
        return URL.encodeToString(sha256(jwk));
    }

    public String jwk() {
        return jwk;
    }

    /** The key as a did:jwk. */
    public String did() {
        return "did:jwk:" + URL.encodeToString(jwk.getBytes(UTF_8));
    }

    public byte[] sign(byte[] message) {
        return signer.sign(message);
    }

    /** A proof for one request, with an access token. */
    public String proof(String method, String url, String accessToken, String nonce) {
        return proof(method, url, nonce, Instant.now(), (_, claims) -> claims.put("ath", digest(accessToken)));
    }

    /** What a proof says before it is signed. */
    public interface Alteration {
        void alter(ObjectNode header, ObjectNode claims);
    }

    /** A proof for one request, altered before it is signed. */
    public String proof(String method, String url, String nonce, Instant now, Alteration alteration) {
        try {
            var header = JSON.createObjectNode().put("typ", "dpop+jwt").put("alg", algorithm);
            header.set("jwk", JSON.readTree(jwk));
            var claims = JSON.createObjectNode()
                    .put("jti", UUID.randomUUID().toString())
                    .put("htm", method)
                    .put("htu", url)
                    .put("iat", now.getEpochSecond())
                    .put("nonce", nonce);
            alteration.alter(header, claims);
            return jws(header.toString(), claims.toString());
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A compact JWS of these texts. */
    public String jws(String header, String claims) {
        var input = URL.encodeToString(header.getBytes(UTF_8)) + "." + URL.encodeToString(claims.getBytes(UTF_8));
        return input + "." + URL.encodeToString(signer.sign(input.getBytes(US_ASCII)));
    }

    /** What a proof says of an access token. */
    public static String digest(String accessToken) {
        return URL.encodeToString(sha256(accessToken));
    }

    private static byte[] sha256(String ascii) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(ascii.getBytes(US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] signed(KeyPair pair, byte[] message) {
        try {
            var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(pair.getPrivate());
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String coordinate(BigInteger number) {
        var bytes = new byte[32];
        var signed = number.toByteArray();
        var from = Math.max(0, signed.length - 32);
        System.arraycopy(signed, from, bytes, 32 - (signed.length - from), signed.length - from);
        return URL.encodeToString(Arrays.copyOf(bytes, 32));
    }

    /** An alteration of the claims alone. */
    public static Alteration claims(Consumer<ObjectNode> alteration) {
        return (_, claims) -> alteration.accept(claims);
    }

    /** An alteration of the header alone. */
    public static Alteration header(Consumer<ObjectNode> alteration) {
        return (header, _) -> alteration.accept(header);
    }
}
