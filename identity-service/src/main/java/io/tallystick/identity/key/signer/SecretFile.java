package io.tallystick.identity.key.signer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** A secret of 32 bytes in a file: one line of base64url. */
public final class SecretFile {
    static final int BYTES = 32;
    static final String HOW_TO_MAKE_ONE = "head -c 32 /dev/urandom | basenc --base64url | tr -d =";
    private static final long MAX_FILE_BYTES = 1024;

    private SecretFile() {}

    /**
     * Reads the secret.
     *
     * @param property the configuration that names the file, for the message
     * @throws IllegalStateException if there is none; the message says how to make one and never what was read
     */
    public static byte[] read(Path file, String property) {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new IllegalStateException(property + ": " + file + " is no file with one secret");
            }
            var secret = Base64.getUrlDecoder().decode(Files.readString(file).strip());
            if (secret.length == BYTES) {
                return secret;
            }
            throw new IllegalStateException(property + ": the secret in " + file + " must have 32 bytes");
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    property + ": cannot read 32 bytes of base64url from " + file + "; make one with: "
                            + HOW_TO_MAKE_ONE,
                    e instanceof IOException ? e : null);
        }
    }
}
