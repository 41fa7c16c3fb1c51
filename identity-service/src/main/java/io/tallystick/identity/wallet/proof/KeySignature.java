package io.tallystick.identity.wallet.proof;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/**
 * An ECDSA signature by a key of secp256k1, in the one form that there is of it: everyone can make a second one with a high
 * {@code s}.
 *
 * @param r {@code 0 < r < n}
 * @param s {@code 0 < s <= n/2}
 * @param recoveryId 0 or 1: which of the two points with this {@code r} was meant
 */
record KeySignature(BigInteger r, BigInteger s, int recoveryId) {
    private static final int BYTES = 65;
    private static final BigInteger ORDER =
            new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
    private static final BigInteger HALF_ORDER = ORDER.shiftRight(1);

    KeySignature {
        if (!between(r, ORDER.subtract(BigInteger.ONE)) || !between(s, HALF_ORDER)) {
            throw new IllegalArgumentException("r or s is out of range");
        }
        if (recoveryId != 0 && recoveryId != 1) {
            throw new IllegalArgumentException("the recovery id is neither 0 nor 1: " + recoveryId);
        }
    }

    /** @return nothing unless {@code bytes} are {@code r ‖ s ‖ v} that form a signature, {@code v} 27, 28, 0 or 1 */
    static Optional<KeySignature> read(byte[] bytes) {
        if (bytes.length != BYTES) {
            return Optional.empty();
        }
        var r = new BigInteger(1, Arrays.copyOfRange(bytes, 0, 32));
        var s = new BigInteger(1, Arrays.copyOfRange(bytes, 32, 64));
        int v = bytes[64] & 0xff;
        int id = v >= 27 ? v - 27 : v;
        var accepted = between(r, ORDER.subtract(BigInteger.ONE)) && between(s, HALF_ORDER) && (id == 0 || id == 1);
        return accepted ? Optional.of(new KeySignature(r, s, id)) : Optional.empty();
    }

    private static boolean between(BigInteger value, BigInteger greatest) {
        return value.signum() > 0 && value.compareTo(greatest) <= 0;
    }
}
