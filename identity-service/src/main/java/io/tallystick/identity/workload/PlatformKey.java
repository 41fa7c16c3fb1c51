package io.tallystick.identity.workload;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A public key of a platform, and the algorithms of RFC 7518 that go with it. The key decides: a token that names another
 * is refused, so nobody can have an RSA key taken for the secret of an HMAC.
 *
 * @param algorithms what the key may be used with
 */
record PlatformKey(PublicKey key, Set<String> algorithms) {

    private record Scheme(String name, Optional<AlgorithmParameterSpec> parameters) {
        static Scheme of(String name) {
            return new Scheme(name, Optional.empty());
        }

        static Scheme pss(String hash, MGF1ParameterSpec mask, int saltBytes) {
            return new Scheme(
                    "RSASSA-PSS",
                    Optional.of(
                            new PSSParameterSpec(hash, "MGF1", mask, saltBytes, PSSParameterSpec.TRAILER_FIELD_BC)));
        }
    }

    private static final Map<String, Scheme> SCHEMES = Map.of(
            "RS256", Scheme.of("SHA256withRSA"),
            "RS384", Scheme.of("SHA384withRSA"),
            "RS512", Scheme.of("SHA512withRSA"),
            "PS256", Scheme.pss("SHA-256", MGF1ParameterSpec.SHA256, 32),
            "PS384", Scheme.pss("SHA-384", MGF1ParameterSpec.SHA384, 48),
            "PS512", Scheme.pss("SHA-512", MGF1ParameterSpec.SHA512, 64),
            "ES256", Scheme.of("SHA256withECDSAinP1363Format"),
            "ES384", Scheme.of("SHA384withECDSAinP1363Format"),
            "ES512", Scheme.of("SHA512withECDSAinP1363Format"));

    /** What an RSA key can be used with. */
    static final Set<String> RSA = Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512");

    PlatformKey {
        algorithms = Set.copyOf(algorithms);
        if (!SCHEMES.keySet().containsAll(algorithms)) {
            throw new IllegalArgumentException("an algorithm that is not known: " + algorithms);
        }
    }

    /** Whether this key signed {@code message} with {@code algorithm}, which is one of its own. */
    boolean signed(String algorithm, byte[] message, byte[] signature) {
        if (!algorithms.contains(algorithm)) {
            return false;
        }
        var scheme = SCHEMES.get(algorithm);
        try {
            var verifier = Signature.getInstance(scheme.name);
            if (scheme.parameters.isPresent()) {
                verifier.setParameter(scheme.parameters.get());
            }
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException _) {
            // A signature of another length is none.
            return false;
        }
    }
}
