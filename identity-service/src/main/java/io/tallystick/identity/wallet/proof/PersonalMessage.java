package io.tallystick.identity.wallet.proof;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

/** A text that a wallet shows before it signs ({@code personal_sign}, EIP-191). */
final class PersonalMessage {
    private static final String PREFIX = "\u0019Ethereum Signed Message:\n";

    private PersonalMessage() {}

    /** What is signed for {@code text}. */
    static byte[] digest(String text) {
        var bytes = text.getBytes(UTF_8);
        return Keccak.hash((PREFIX + bytes.length).getBytes(US_ASCII), bytes);
    }
}
