package io.tallystick.kit.access;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** Signs with one Ed25519 private key. Never shows the key, not even in {@link #toString()}. */
public final class Ed25519Signer {
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private final byte[] seed;
    private final Ed25519Key publicKey;

    /** @param seed the private key's 32 bytes (RFC 8032) */
    public Ed25519Signer(byte[] seed) {
        if (seed.length != Ed25519.SECRET_KEY_SIZE) {
            throw new IllegalArgumentException("an Ed25519 seed has 32 bytes, not " + seed.length);
        }
        this.seed = seed.clone();
        var encoded = new byte[Ed25519.PUBLIC_KEY_SIZE];
        Ed25519.generatePublicKey(seed, 0, encoded, 0);
        this.publicKey = Ed25519Key.of(encoded);
    }

    public Ed25519Key publicKey() {
        return publicKey;
    }

    public byte[] sign(byte[] message) {
        var signature = new byte[Ed25519.SIGNATURE_SIZE];
        Ed25519.sign(seed, 0, message, 0, message.length, signature, 0);
        return signature;
    }

    /**
     * A compact JWS over {@code payload}.
     *
     * @param header the protected header, JSON
     */
    public String compactJws(String header, byte[] payload) {
        var input = URL.encodeToString(header.getBytes(StandardCharsets.UTF_8)) + "." + URL.encodeToString(payload);
        return input + "." + URL.encodeToString(sign(input.getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public String toString() {
        return "signer of " + publicKey;
    }
}
