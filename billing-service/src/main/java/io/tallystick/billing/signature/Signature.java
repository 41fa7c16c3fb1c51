package io.tallystick.billing.signature;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An ECDSA signature that every contract accepts: {@code s} in the lower half and {@code v} 27 or 28. The x402
 * reference takes more, and such a voucher then reverts the whole claim batch, so nothing else exists here.
 *
 * @param r {@code 0 < r < n}
 * @param s {@code 0 < s <= n/2}
 * @param v 27 or 28
 */
public record Signature(Bytes32 r, Bytes32 s, int v) {
    private static final Pattern FORM = Pattern.compile("0x[0-9a-fA-F]{130}");
    private static final BigInteger ORDER =
            new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
    private static final BigInteger HALF_ORDER = ORDER.shiftRight(1);

    public Signature {
        requireNonNull(r, "r");
        requireNonNull(s, "s");
        if (!between(r, ORDER.subtract(BigInteger.ONE))) {
            throw new IllegalArgumentException("r is out of range");
        }
        if (!between(s, HALF_ORDER)) {
            throw new IllegalArgumentException("s is out of the lower range");
        }
        if (v != 27 && v != 28) {
            throw new IllegalArgumentException("v is neither 27 nor 28: " + v);
        }
    }

    /** @return nothing unless {@code text} is {@code 0x} and 65 bytes {@code r ‖ s ‖ v} that form a signature */
    public static Optional<Signature> parse(String text) {
        return FORM.matcher(text).matches() ? parse(HexFormat.of().parseHex(text, 2, text.length())) : Optional.empty();
    }

    private static Optional<Signature> parse(byte[] bytes) {
        var r = Bytes32.of(Arrays.copyOfRange(bytes, 0, 32));
        var s = Bytes32.of(Arrays.copyOfRange(bytes, 32, 64));
        int v = bytes[64];
        var accepted = between(r, ORDER.subtract(BigInteger.ONE)) && between(s, HALF_ORDER) && (v == 27 || v == 28);
        return accepted ? Optional.of(new Signature(r, s, v)) : Optional.empty();
    }

    /** The 65 bytes {@code r ‖ s ‖ v}. */
    public byte[] bytes() {
        var bytes = new byte[65];
        System.arraycopy(r.bytes(), 0, bytes, 0, 32);
        System.arraycopy(s.bytes(), 0, bytes, 32, 32);
        bytes[64] = (byte) v;
        return bytes;
    }

    public String hex() {
        return Hex.encode(bytes());
    }

    /** 0 or 1: which of the two points with this {@code r} was meant. */
    public int recoveryId() {
        return v - 27;
    }

    private static boolean between(Bytes32 value, BigInteger greatest) {
        var number = new BigInteger(1, value.bytes());
        return number.signum() > 0 && number.compareTo(greatest) <= 0;
    }
}
