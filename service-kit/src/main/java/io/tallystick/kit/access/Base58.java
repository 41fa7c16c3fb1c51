package io.tallystick.kit.access;

import java.math.BigInteger;
import java.util.Arrays;

/** Base58 with Bitcoin's alphabet, as multibase {@code z} has it. */
public final class Base58 {
    /** Longest text decoded: an RSA key is longer, and none of ours is. */
    public static final int MAX_LENGTH = 256;

    private static final String ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /** Digits that fit into a long together: one division or multiplication of the whole number for all of them. */
    private static final int DIGITS = 10;

    private static final long[] POWERS = powers();
    private static final BigInteger RADIX = BigInteger.valueOf(POWERS[DIGITS]);

    private Base58() {}

    /** @throws IllegalArgumentException if {@code text} is empty, too long or has a foreign character */
    public static byte[] decode(String text) {
        if (text.isEmpty() || text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("base58 text of length " + text.length());
        }
        var number = BigInteger.ZERO;
        for (int from = 0; from < text.length(); from += DIGITS) {
            int until = Math.min(text.length(), from + DIGITS);
            number = number.multiply(BigInteger.valueOf(POWERS[until - from]))
                    .add(BigInteger.valueOf(digits(text, from, until)));
        }
        return withLeadingZeros(number, leading(text, '1'));
    }

    public static String encode(byte[] bytes) {
        var text = new StringBuilder();
        for (var rest = new BigInteger(1, bytes); rest.signum() > 0; ) {
            var parts = rest.divideAndRemainder(RADIX);
            rest = parts[0];
            long digits = parts[1].longValue();
            for (int i = 0; i < DIGITS && (digits > 0 || rest.signum() > 0); i++) {
                text.append(ALPHABET.charAt((int) (digits % POWERS[1])));
                digits /= POWERS[1];
            }
        }
        for (int i = 0; i < bytes.length && bytes[i] == 0; i++) {
            text.append('1');
        }
        return text.reverse().toString();
    }

    private static long digits(String text, int from, int until) {
        long digits = 0;
        for (int i = from; i < until; i++) {
            int digit = ALPHABET.indexOf(text.charAt(i));
            if (digit < 0) {
                throw new IllegalArgumentException("not a base58 character at " + i);
            }
            digits = digits * POWERS[1] + digit;
        }
        return digits;
    }

    private static long[] powers() {
        var powers = new long[DIGITS + 1];
        powers[0] = 1;
        for (int i = 1; i <= DIGITS; i++) {
            powers[i] = 58 * powers[i - 1];
        }
        return powers;
    }

    private static byte[] withLeadingZeros(BigInteger number, int zeros) {
        if (number.signum() == 0) {
            return new byte[zeros];
        }
        var signed = number.toByteArray();
        var magnitude = signed[0] == 0 ? Arrays.copyOfRange(signed, 1, signed.length) : signed;
        var bytes = new byte[zeros + magnitude.length];
        System.arraycopy(magnitude, 0, bytes, zeros, magnitude.length);
        return bytes;
    }

    private static int leading(String text, char c) {
        int count = 0;
        while (count < text.length() && text.charAt(count) == c) {
            count++;
        }
        return count;
    }
}
