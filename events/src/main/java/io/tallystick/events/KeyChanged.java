package io.tallystick.events;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A key of identity-service may now be trusted for a purpose, or no longer. Travels signed.
 *
 * @param kid the key's id, as in a JWS header
 * @param publicKey the Ed25519 public key, 32 bytes in base64url without padding
 * @param purpose what a signature of this key may stand for; for nothing else
 * @param state whether signatures are accepted
 * @param since when it came to this state
 * @param revision rises over all events of identity-service; a reader ignores what is not above what it applied
 */
public record KeyChanged(String kid, String publicKey, Purpose purpose, State state, Instant since, long revision)
        implements DomainEvent {

    /** What a key signs. */
    public enum Purpose {
        /** Access tokens. The heartbeats of {@code key.changed} announce events of these keys only. */
        ACCESS_TOKEN,
        /** What the installation says of others, such as credentials. */
        ASSERTION,
        /** Receipts. */
        RECEIPT
    }

    /** Whether a key's signatures are accepted. */
    public enum State {
        /** Signs, and is accepted. */
        ACTIVE,
        /** Signs no more; what it signed is accepted until it expires. */
        RETIRING,
        /** Not accepted any more, whatever it signed. */
        REVOKED
    }

    public KeyChanged {
        requireNonNull(kid, "kid");
        requireNonNull(publicKey, "publicKey");
        requireNonNull(purpose, "purpose");
        requireNonNull(state, "state");
        requireNonNull(since, "since");
        if (revision < 1) {
            throw new IllegalArgumentException("revision below one: " + revision);
        }
    }

    @Override
    public String key() {
        return DomainEvent.keyOf(kid);
    }
}
