package io.tallystick.billing.signature;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

/** A text that a wallet shows before it signs ({@code personal_sign}, EIP-191). */
public final class PersonalMessage {
    private static final String PREFIX = "\u0019Ethereum Signed Message:\n";

    private PersonalMessage() {}

    /** What is signed for {@code text}. */
    public static Bytes32 digest(String text) {
        var bytes = text.getBytes(UTF_8);
        return Bytes32.of(Keccak.hash((PREFIX + bytes.length).getBytes(US_ASCII), bytes));
    }
}
