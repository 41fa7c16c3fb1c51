package io.tallystick.identity.did.webvh;

import io.tallystick.kit.access.Base58;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Hashes as did:webvh 1.0 writes them: SHA-256 as a multihash in base58btc. They begin with Qm. */
final class Multihash {
    /** What such a hash looks like. */
    static final String PATTERN = "[1-9A-HJ-NP-Za-km-z]{46}";

    private static final byte SHA_256 = 0x12;

    private Multihash() {}

    static String of(Json value) {
        return of(value.text());
    }

    /** The hash of the text's UTF-8; of a public key in multibase it is a commitment to the key. */
    static String of(String text) {
        var digest = sha256(text);
        var coded = new byte[2 + digest.length];
        coded[0] = SHA_256;
        coded[1] = (byte) digest.length;
        System.arraycopy(digest, 0, coded, 2, digest.length);
        return Base58.encode(coded);
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
