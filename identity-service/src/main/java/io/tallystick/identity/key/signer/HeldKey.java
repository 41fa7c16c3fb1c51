package io.tallystick.identity.key.signer;

import static java.util.Objects.requireNonNull;

import io.tallystick.kit.access.Ed25519Key;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** A key by which a signer knows how to sign. */
public final class HeldKey {
    private final KeyPurpose purpose;
    private final String id;
    private final Ed25519Key publicKey;
    private final Holder holder;
    private final byte[] handle;

    /**
     * A key.
     *
     * @param id how it is told apart from others of its purpose
     * @param handle the sealed private half, or its name and version in a Vault
     */
    public HeldKey(KeyPurpose purpose, String id, Ed25519Key publicKey, Holder holder, byte[] handle) {
        this.purpose = requireNonNull(purpose, "purpose");
        this.id = requireNonNull(id, "id");
        this.publicKey = requireNonNull(publicKey, "publicKey");
        this.holder = requireNonNull(holder, "holder");
        this.handle = handle.clone();
    }

    public KeyPurpose purpose() {
        return purpose;
    }

    public String id() {
        return id;
    }

    public Ed25519Key publicKey() {
        return publicKey;
    }

    public Holder holder() {
        return holder;
    }

    public byte[] handle() {
        return handle.clone();
    }

    /** The key's JWK thumbprint (RFC 7638). */
    public static String thumbprint(Ed25519Key key) {
        var jwk = "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + key.base64Url() + "\"}";
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(jwk.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HeldKey key
                && purpose == key.purpose
                && id.equals(key.id)
                && publicKey.equals(key.publicKey)
                && holder == key.holder
                && Arrays.equals(handle, key.handle);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    /** Without the handle: it may be a sealed secret. */
    @Override
    public String toString() {
        return purpose.label() + " key " + id + " held by " + holder.label();
    }
}
