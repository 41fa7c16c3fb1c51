package io.tallystick.billing.money;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * An account or contract on an EVM chain.
 *
 * <p>Kept in lower case, so that two spellings of one address are equal; EIP-55 is for the wire.
 *
 * @param hex {@code 0x} and 40 hexadecimal digits, in lower case
 */
public record Address(String hex) implements Comparable<Address> {

    private static final Pattern SHAPE = Pattern.compile("0x[0-9a-f]{40}");

    /** Nobody: what a contract reads where an address was left out. */
    public static final Address ZERO = new Address("0x" + "0".repeat(40));

    public Address {
        requireNonNull(hex, "hex");
        if (!SHAPE.matcher(hex).matches()) {
            throw new IllegalArgumentException("not an address: 0x and 40 hexadecimal digits in lower case expected");
        }
    }

    /** Reads an address in any case. */
    public static Address of(String text) {
        return new Address(text.toLowerCase(Locale.ROOT));
    }

    public boolean isZero() {
        return equals(ZERO);
    }

    @Override
    public int compareTo(Address other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
