package io.tallystick.identity.key.signer;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts private keys for the database with AES-256-GCM. The key's id and purpose are authenticated with it, so that
 * a row's private key cannot be moved to another row or another use.
 */
public final class MasterKey {
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key;

    /** @param key 32 bytes */
    MasterKey(byte[] key) {
        if (key.length != 32) {
            throw new IllegalArgumentException("the master key has 32 bytes");
        }
        this.key = new SecretKeySpec(key, "AES");
    }

    /** @return nonce, ciphertext and tag */
    byte[] seal(byte[] secret, String kid, String purpose, SecureRandom random) {
        var nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        var sealed = run(Cipher.ENCRYPT_MODE, nonce, secret, kid, purpose);
        var both = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
        System.arraycopy(sealed, 0, both, NONCE_BYTES, sealed.length);
        return both;
    }

    /** @throws IllegalStateException if it was not sealed by this master key for this id and purpose */
    byte[] open(byte[] sealed, String kid, String purpose) {
        var nonce = Arrays.copyOf(sealed, NONCE_BYTES);
        return run(Cipher.DECRYPT_MODE, nonce, Arrays.copyOfRange(sealed, NONCE_BYTES, sealed.length), kid, purpose);
    }

    private byte[] run(int mode, byte[] nonce, byte[] input, String kid, String purpose) {
        try {
            var cipher = Cipher.getInstance(CIPHER);
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(("tallystick " + purpose + " " + kid).getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the master key does not open signing key " + kid, e);
        }
    }
}
