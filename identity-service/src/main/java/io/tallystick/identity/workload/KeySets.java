package io.tallystick.identity.workload;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.kit.access.CompactJws;
import jakarta.inject.Singleton;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a platform's JSON Web Key Set (RFC 7517): its RSA and EC keys that verify signatures, by their {@code kid}. */
@Singleton
final class KeySets {
    /** Keys of one platform at most; a set with more is refused whole. */
    static final int MAX_KEYS = 100;

    private static final int MIN_RSA_BITS = 2048;
    private static final int MAX_RSA_BITS = 8192;

    /** {@code jwt-svid} is SPIFFE's word in the key sets of its trust bundles. */
    private static final Set<String> USES = Set.of("sig", "jwt-svid");

    private record Curve(String name, String algorithm, int coordinateBytes) {}

    private static final Map<String, Curve> CURVES = Map.of(
            "P-256", new Curve("secp256r1", "ES256", 32),
            "P-384", new Curve("secp384r1", "ES384", 48),
            "P-521", new Curve("secp521r1", "ES512", 66));

    /**
     * The keys that can be used; others in the set are passed over, as RFC 7517 asks.
     *
     * @throws CompactJws.Invalid if this is no key set
     */
    Map<String, PlatformKey> read(byte[] json) {
        var keys = CompactJws.object(json).path("keys");
        if (!keys.isArray() || keys.size() > MAX_KEYS) {
            throw new CompactJws.Invalid("not a key set of at most " + MAX_KEYS + " keys");
        }
        var known = new HashMap<String, PlatformKey>();
        for (var jwk : keys) {
            var kid = jwk.path("kid").asText("");
            if (!kid.isEmpty()) {
                key(jwk).ifPresent(key -> known.put(kid, key));
            }
        }
        return Map.copyOf(known);
    }

    private static Optional<PlatformKey> key(JsonNode jwk) {
        if (jwk.has("use") && !USES.contains(jwk.path("use").asText())) {
            return Optional.empty();
        }
        try {
            var key =
                    switch (jwk.path("kty").asText()) {
                        case "RSA" -> rsa(jwk);
                        case "EC" -> ec(jwk);
                        default -> Optional.<PlatformKey>empty();
                    };
            return key.map(found -> restricted(found, jwk.path("alg").asText("")))
                    .filter(found -> !found.algorithms().isEmpty());
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** A key that says its algorithm is for that one only. */
    private static PlatformKey restricted(PlatformKey key, String algorithm) {
        if (algorithm.isEmpty()) {
            return key;
        }
        return new PlatformKey(key.key(), key.algorithms().contains(algorithm) ? Set.of(algorithm) : Set.of());
    }

    private static Optional<PlatformKey> rsa(JsonNode jwk) throws GeneralSecurityException {
        var modulus = number(jwk, "n");
        var exponent = number(jwk, "e");
        var strong = modulus.bitLength() >= MIN_RSA_BITS && modulus.bitLength() <= MAX_RSA_BITS;
        if (!strong || !exponent.testBit(0) || exponent.equals(BigInteger.ONE)) {
            return Optional.empty();
        }
        var key = KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
        return Optional.of(new PlatformKey(key, PlatformKey.RSA));
    }

    private static Optional<PlatformKey> ec(JsonNode jwk) throws GeneralSecurityException {
        var curve = CURVES.get(jwk.path("crv").asText());
        if (curve == null) {
            return Optional.empty();
        }
        var parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec(curve.name));
        var x = CompactJws.decode(jwk.path("x").asText());
        var y = CompactJws.decode(jwk.path("y").asText());
        if (x.length != curve.coordinateBytes || y.length != curve.coordinateBytes) {
            return Optional.empty();
        }
        var point = new ECPoint(new BigInteger(1, x), new BigInteger(1, y));
        var spec = new ECPublicKeySpec(point, parameters.getParameterSpec(ECParameterSpec.class));
        var key = KeyFactory.getInstance("EC").generatePublic(spec);
        return isOnItsCurve((ECPublicKey) key)
                ? Optional.of(new PlatformKey(key, Set.of(curve.algorithm)))
                : Optional.empty();
    }

    /** y² = x³ + ax + b over the curve's field: the JDK takes any point for a key. */
    private static boolean isOnItsCurve(ECPublicKey key) {
        var curve = key.getParams().getCurve();
        var prime = ((java.security.spec.ECFieldFp) curve.getField()).getP();
        var x = key.getW().getAffineX();
        var y = key.getW().getAffineY();
        var right = x.pow(3).add(curve.getA().multiply(x)).add(curve.getB()).mod(prime);
        return x.compareTo(prime) < 0
                && y.compareTo(prime) < 0
                && y.pow(2).mod(prime).equals(right);
    }

    private static BigInteger number(JsonNode jwk, String name) {
        return new BigInteger(1, CompactJws.decode(jwk.path(name).asText()));
    }
}
