package io.tallystick.billing.payment;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * The proof of a key that a call came with at its gateway, where each instance remembers only its own. It is taken here
 * once, together with the hold, so that one proof buys one call.
 *
 * @param key the key's thumbprint
 * @param id what it is told from others of that key by
 * @param usableUntil when it is refused for its age
 */
public record ShownProof(String key, String id, Instant usableUntil) {
    public ShownProof {
        requireNonNull(key, "key");
        requireNonNull(id, "id");
        requireNonNull(usableUntil, "usableUntil");
    }
}
