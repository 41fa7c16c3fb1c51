package io.tallystick.billing.signature;

import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Thirty-two bytes as contracts know them: a hash, a channel's id, a salt, a random nonce.
 *
 * @param hex {@code 0x} and 64 hexadecimal digits; kept in lower case
 */
public record Bytes32(String hex) implements Comparable<Bytes32> {
    private static final Pattern FORM = Pattern.compile("0x[0-9a-fA-F]{64}");

    public static final Bytes32 ZERO = new Bytes32("0x" + "0".repeat(64));

    public Bytes32 {
        if (!FORM.matcher(hex).matches()) {
            throw new IllegalArgumentException("not 32 bytes (0x and 64 hexadecimal digits)");
        }
        hex = hex.toLowerCase(Locale.ROOT);
    }

    public static Bytes32 of(byte[] thirtyTwoBytes) {
        return new Bytes32(Hex.encode(thirtyTwoBytes));
    }

    public byte[] bytes() {
        return HexFormat.of().parseHex(hex, 2, hex.length());
    }

    @Override
    public int compareTo(Bytes32 other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
