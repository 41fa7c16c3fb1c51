package io.tallystick.billing.chain;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.signature.Bytes32;
import java.time.Instant;

/**
 * A signed transaction, stored before it is sent. Any attempt of an intent may be the one that is mined.
 *
 * @param raw {@code 0x} and the bytes that are sent, now and after every restart
 * @param gasLimit most gas it may use
 */
public record Attempt(Bytes32 hash, long nonce, String raw, Fees fees, long gasLimit, Instant signedAt) {

    public Attempt {
        requireNonNull(hash, "hash");
        requireNonNull(raw, "raw");
        requireNonNull(fees, "fees");
        requireNonNull(signedAt, "signedAt");
        if (nonce < 0 || gasLimit <= 0) {
            throw new IllegalArgumentException("nonce or gas out of range: " + nonce + ", " + gasLimit);
        }
    }
}
