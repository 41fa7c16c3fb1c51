package io.tallystick.identity.did.ethr.registry;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * An account of an EVM chain.
 *
 * @param digits 40 hexadecimal digits in lower case
 */
public record Account(String digits) {
    private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{40}");
    private static final int CAPITAL_FROM = 8;

    // After the pattern that it is held to.
    public static final Account NOBODY = new Account("0".repeat(40));

    public Account {
        if (!DIGITS.matcher(digits).matches()) {
            throw new IllegalArgumentException("an account has 40 hexadecimal digits");
        }
    }

    /** Of the low 20 bytes of {@code bytes}, which are enough. */
    public static Account ofLast(byte[] bytes) {
        return new Account(HexFormat.of().formatHex(bytes, bytes.length - 20, bytes.length));
    }

    /** As EIP-55 writes it: some letters are capitals, by the hash of all. */
    public String checksummed() {
        var hash = HexFormat.of().formatHex(Keccak.hash(digits.getBytes(StandardCharsets.US_ASCII)));
        var text = new StringBuilder("0x");
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            text.append(Character.digit(hash.charAt(i), 16) >= CAPITAL_FROM ? Character.toUpperCase(c) : c);
        }
        return text.toString();
    }

    public String hex() {
        return "0x" + digits;
    }

    /** As an argument of a contract, and in a topic. */
    public String word() {
        return "0".repeat(24) + digits;
    }
}
