package io.tallystick.kit.access.proof;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** SHA-256, as proofs use it. */
public final class Sha256 {
    private Sha256() {}

    public static byte[] of(byte[] message) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(message);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The digest of an ASCII text, in base64url without padding. */
    public static String base64Url(String ascii) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(of(ascii.getBytes(StandardCharsets.US_ASCII)));
    }
}
