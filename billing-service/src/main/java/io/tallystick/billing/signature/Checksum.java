package io.tallystick.billing.signature;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tallystick.billing.money.Address;
import java.util.HexFormat;

/** EIP-55: an address in mixed case, which foreign clients insist on. */
public final class Checksum {
    private Checksum() {}

    public static String of(Address address) {
        var digits = address.hex().substring(2);
        var hash = HexFormat.of().formatHex(Keccak.hash(digits.getBytes(US_ASCII)));
        var text = new StringBuilder(42).append("0x");
        for (int i = 0; i < digits.length(); i++) {
            char digit = digits.charAt(i);
            text.append(hash.charAt(i) >= '8' ? Character.toUpperCase(digit) : digit);
        }
        return text.toString();
    }
}
