package io.tallystick.kit.access.proof;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A verified proof: who sent the request holds the key.
 *
 * @param key the key's thumbprint (RFC 7638)
 * @param id what it is remembered by beside its key, so that it is taken once
 * @param usableUntil when it is refused for its age, whatever the clocks
 * @param nonce the nonce of identity-service that it names, empty if it names none
 * @param body what it says of the request's body, which is to be compared when that is read
 */
public record Proof(String key, String id, Instant usableUntil, String nonce, ProvenBody body) {
    /** The property of a request that has its proof, where one was taken. */
    public static final String PROPERTY = "io.tallystick.proof";

    public Proof {
        requireNonNull(key, "key");
        requireNonNull(id, "id");
        requireNonNull(usableUntil, "usableUntil");
        requireNonNull(nonce, "nonce");
        requireNonNull(body, "body");
    }
}
