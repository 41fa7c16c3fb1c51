package io.tallystick.kit.access.proof.signature;

import io.tallystick.kit.access.proof.ProofRefused;
import io.tallystick.kit.access.proof.ProvenBody;
import io.tallystick.kit.access.proof.signature.Structured.Bytes;
import io.tallystick.kit.access.proof.signature.Structured.Item;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a request's Content-Digest (RFC 9530) says of its body, its encoding included. Each digest by SHA-256 or SHA-512
 * must be right; those by other algorithms are not looked at, and there must be one that is.
 */
final class ContentDigest implements ProvenBody {
    static final String HEADER = "content-digest";

    /** What a signature says that covers no digest: the body is empty. */
    static final ProvenBody NO_BODY = body -> {
        if (body.length > 0) {
            throw ProofRefused.wrong("The request has a body: send its Content-Digest (RFC 9530) and sign that too.");
        }
    };

    private static final Map<String, String> ALGORITHMS = Map.of("sha-256", "SHA-256", "sha-512", "SHA-512");

    private final Map<String, Bytes> digests = new HashMap<>();

    /** @throws ProofRefused if there is no digest that can be compared */
    ContentDigest(List<String> lines) {
        StructuredReader.dictionary("Content-Digest", lines).forEach((algorithm, member) -> {
            if (ALGORITHMS.containsKey(algorithm)) {
                if (!(member instanceof Item(Bytes digest, var _))) {
                    throw ProofRefused.wrong("Content-Digest must have bytes, like sha-256=:…:.");
                }
                digests.put(algorithm, digest);
            }
        });
        if (digests.isEmpty()) {
            throw ProofRefused.wrong("Content-Digest must have sha-256 or sha-512.");
        }
    }

    @Override
    public void require(byte[] body) {
        digests.forEach((algorithm, digest) -> {
            if (!MessageDigest.isEqual(digest.value(), digested(ALGORITHMS.get(algorithm), body))) {
                throw ProofRefused.wrong("Content-Digest is not of the body that came.");
            }
        });
    }

    private static byte[] digested(String algorithm, byte[] body) {
        try {
            return MessageDigest.getInstance(algorithm).digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
