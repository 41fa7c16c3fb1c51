package io.tallystick.identity.workload;

import io.tallystick.identity.workload.WorkloadConfig.PlatformConfig;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** A platform's keys and what they sign. */
public final class PlatformMaker {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    /** A JWK's members beside {@code kid}, the key, and the JDK's name of the algorithm. */
    public record MadeKey(String kid, KeyPair pair, String jwk, String algorithm, String scheme) {}

    private PlatformMaker() {}

    public static MadeKey rsa(String kid, int bits) {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return rsa(kid, generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MadeKey rsa(String kid, KeyPair pair) {
        var key = (RSAPublicKey) pair.getPublic();
        var jwk = "\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\""
                .formatted(number(key.getModulus()), number(key.getPublicExponent()));
        return new MadeKey(kid, pair, jwk, "RS256", "SHA256withRSA");
    }

    /** A key as a text, for a test in another class loader. */
    public static String written(MadeKey key) {
        return URL.encodeToString(key.pair.getPrivate().getEncoded()) + "."
                + URL.encodeToString(key.pair.getPublic().getEncoded());
    }

    /** The RSA key of such a text. */
    public static MadeKey read(String kid, String text) {
        try {
            var parts = text.split("\\.", -1);
            var factory = KeyFactory.getInstance("RSA");
            var own = factory.generatePrivate(
                    new PKCS8EncodedKeySpec(Base64.getUrlDecoder().decode(parts[0])));
            var open = factory.generatePublic(
                    new X509EncodedKeySpec(Base64.getUrlDecoder().decode(parts[1])));
            return rsa(kid, new KeyPair(open, own));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static MadeKey ec(String kid) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var pair = generator.generateKeyPair();
            var point = ((ECPublicKey) pair.getPublic()).getW();
            var jwk = "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\""
                    .formatted(coordinate(point.getAffineX()), coordinate(point.getAffineY()));
            return new MadeKey(kid, pair, jwk, "ES256", "SHA256withECDSAinP1363Format");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String keySet(MadeKey... keys) {
        return "{\"keys\":["
                + String.join(
                        ",",
                        Arrays.stream(keys)
                                .map(key -> "{\"kid\":\"%s\",\"use\":\"sig\",%s}".formatted(key.kid, key.jwk))
                                .toList())
                + "]}";
    }

    public static String token(MadeKey key, String claims) {
        return token(key, "{\"alg\":\"%s\",\"kid\":\"%s\"}".formatted(key.algorithm, key.kid), claims);
    }

    static String token(MadeKey key, String header, String claims) {
        try {
            var input = text(header) + "." + text(claims);
            var signer = Signature.getInstance(key.scheme);
            signer.initSign(key.pair.getPrivate());
            signer.update(input.getBytes(StandardCharsets.US_ASCII));
            return input + "." + URL.encodeToString(signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String text(String json) {
        return URL.encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    static String number(BigInteger value) {
        var bytes = value.toByteArray();
        return URL.encodeToString(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
    }

    private static String coordinate(BigInteger value) {
        var bytes = value.toByteArray();
        var padded = new byte[32];
        int length = Math.min(32, bytes.length);
        System.arraycopy(bytes, bytes.length - length, padded, 32 - length, length);
        return URL.encodeToString(padded);
    }

    record Configured(String issuer, URI keys) implements PlatformConfig {
        @Override
        public Optional<Path> certificateFile() {
            return Optional.empty();
        }

        @Override
        public Optional<Path> tokenFile() {
            return Optional.empty();
        }

        @Override
        public Duration maxLifetime() {
            return Duration.ofHours(1);
        }
    }
}
