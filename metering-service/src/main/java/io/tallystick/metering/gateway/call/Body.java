package io.tallystick.metering.gateway.call;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The bytes of a request or an answer, passed on as they came.
 *
 * <p>Wraps the array without a copy: whoever makes a body gives the array away.
 */
public final class Body {
    public static final Body EMPTY = new Body(new byte[0]);

    private final byte[] bytes;

    public Body(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The array itself, to be read only. */
    public byte[] bytes() {
        return bytes;
    }

    /** What a payment is bound to: SHA-256 over method, path and body, each of the first two ended by a line feed. */
    public String requestDigest(String method, String path) {
        var sha256 = sha256();
        sha256.update((method + "\n" + path + "\n").getBytes(US_ASCII));
        return HexFormat.of().formatHex(sha256.digest(bytes));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
