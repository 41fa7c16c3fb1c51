package io.tallystick.billing.signature;

import io.tallystick.billing.money.Address;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Bytes as Ethereum writes them: {@code 0x} and two digits each. */
public final class Hex {
    private static final Pattern FORM = Pattern.compile("0x(?:[0-9a-fA-F]{2})*");

    private Hex() {}

    public static String encode(byte[] bytes) {
        return "0x" + HexFormat.of().formatHex(bytes);
    }

    /** @throws IllegalArgumentException unless {@code text} is {@code 0x} and an even number of digits */
    public static byte[] decode(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("not bytes (0x and an even number of hexadecimal digits)");
        }
        return HexFormat.of().parseHex(text, 2, text.length());
    }

    /** The last 20 bytes of {@code bytes} as an address. */
    public static Address address(byte[] bytes) {
        return new Address("0x" + HexFormat.of().formatHex(bytes, bytes.length - 20, bytes.length));
    }
}
