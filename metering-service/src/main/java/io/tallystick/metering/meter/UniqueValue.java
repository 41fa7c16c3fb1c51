package io.tallystick.metering.meter;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A value of which only matters whether it is another: a number made of the first 120 bits of its SHA-256. Two of a
 * billion values are taken for one with a chance of less than 10^-18.
 */
final class UniqueValue {
    private static final int BYTES = 15;

    private UniqueValue() {}

    /** A whole number below 2^120. */
    static Quantity of(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            var number = new BigInteger(1, Arrays.copyOf(digest, BYTES));
            return new Quantity(number.multiply(BigInteger.TEN.pow(Quantity.DECIMALS)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
