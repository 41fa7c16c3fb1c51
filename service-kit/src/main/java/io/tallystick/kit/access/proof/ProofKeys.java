package io.tallystick.kit.access.proof;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.function.Supplier;

/**
 * Keys that proved themselves lately, parsed: parsing one costs about as much as half a verification. Bounded; the one
 * longest not seen is forgotten first.
 */
public final class ProofKeys {
    private static final int MOST = 10_000;
    private static final int MAX_TEXT_LENGTH = 1024;

    private final LinkedHashMap<String, ProofKey> known = new LinkedHashMap<>(16, 0.75f, true);

    /** The key of a JWK. @throws ProofRefused if it is none that signs here */
    ProofKey ofJwk(JsonNode jwk) {
        return of(jwk.toString(), () -> ProofKey.ofJwk(jwk));
    }

    /** The key of a did:key or did:jwk. @throws ProofRefused if it is none that signs here */
    public ProofKey ofDid(String did) {
        return of(did, () -> ProofKey.ofDid(did));
    }

    /** By the whole text: what was refused in one spelling is not accepted for being known in another. */
    private ProofKey of(String text, Supplier<ProofKey> parsed) {
        synchronized (known) {
            var found = known.get(text);
            if (found != null) {
                return found;
            }
        }
        return parsed.get();
    }

    /** Keeps {@code key}, which just verified a signature. */
    void remember(JsonNode jwk, ProofKey key) {
        remember(jwk.toString(), key);
    }

    /** As {@link #remember(JsonNode, ProofKey)}, by the DID. */
    public void remember(String text, ProofKey key) {
        if (text.length() > MAX_TEXT_LENGTH) {
            return;
        }
        synchronized (known) {
            known.putIfAbsent(text, key);
            if (known.size() > MOST) {
                known.pollFirstEntry();
            }
        }
    }
}
