package io.tallystick.billing.chain;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Hex;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What is asked of a contract.
 *
 * @param to the contract
 * @param data {@code 0x} and the bytes in hexadecimal digits, in lower case: the function's selector and its arguments
 */
public record Call(Address to, String data) {
    /** A batch of a hundred claims has about 60 kB. */
    private static final int LONGEST = 2 + 2 * 128 * 1024;

    private static final Pattern FORM = Pattern.compile("0x(?:[0-9a-f]{2})*+");

    public Call {
        requireNonNull(to, "to");
        data = data.toLowerCase(Locale.ROOT);
        if (data.length() > LONGEST) {
            throw new IllegalArgumentException("call data above 128 kB");
        }
        if (!FORM.matcher(data).matches()) {
            throw new IllegalArgumentException("call data is not 0x and hexadecimal digits");
        }
    }

    public static Call of(Address to, byte[] data) {
        return new Call(to, Hex.encode(data));
    }
}
