package io.tallystick.kit.access.proof.signature;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.kit.access.proof.TestProver;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Signs requests (RFC 9421) with its own few lines, not with those under test. Test code only. */
public final class TestSignature {
    private TestSignature() {}

    /**
     * The headers of a signature.
     *
     * @param parts what is covered, with the values that the signer believes, in their order
     * @param parameters what follows the list of parts
     */
    public static Map<String, String> headers(TestProver prover, Map<String, String> parts, String parameters) {
        var input = parts.keySet().stream().map(part -> '"' + part + '"').collect(Collectors.joining(" ", "(", ")"))
                + parameters;
        var base = parts.entrySet().stream()
                        .map(part -> "\"" + part.getKey() + "\": " + part.getValue() + "\n")
                        .collect(Collectors.joining())
                + "\"@signature-params\": " + input;
        var signature = Base64.getEncoder().encodeToString(prover.sign(base.getBytes(UTF_8)));
        return Map.of("Signature-Input", "sig=" + input, "Signature", "sig=:" + signature + ":");
    }

    /** What must be covered of a request, by its values. */
    public static Map<String, String> parts(String method, String url, String authorization, String body) {
        var parts = new LinkedHashMap<String, String>();
        parts.put("@method", method);
        parts.put("@target-uri", url);
        parts.put("authorization", authorization);
        if (!body.isEmpty()) {
            parts.put("content-digest", digest(body));
        }
        return parts;
    }

    /** The value of Content-Digest. */
    public static String digest(String body) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(body.getBytes(UTF_8));
            return "sha-256=:" + Base64.getEncoder().encodeToString(digest) + ":";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
