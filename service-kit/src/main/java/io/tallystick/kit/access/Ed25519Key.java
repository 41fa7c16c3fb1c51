package io.tallystick.kit.access;

import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * An Ed25519 public key, decoded once: decoding the point costs a fifth of a verification.
 *
 * <p>Strict: the encoding is the canonical one and the point lies in the group of prime order, so that no two keys
 * accept one signature. Only BouncyCastle's low-level code is used; it is about eight times faster than the JDK's.
 */
public final class Ed25519Key {
    private static final String DID_KEY = "did:key:z";
    private static final byte[] MULTICODEC = {(byte) 0xed, 0x01};

    private final byte[] bytes;
    private final Ed25519.PublicPoint point;

    private Ed25519Key(byte[] bytes) {
        this.bytes = bytes;
        this.point = Ed25519.validatePublicKeyFullExport(bytes, 0);
        if (point == null) {
            throw new IllegalArgumentException("not an Ed25519 public key: no canonical point of prime order");
        }
    }

    /** @throws IllegalArgumentException if these are not the 32 bytes of a key */
    public static Ed25519Key of(byte[] bytes) {
        if (bytes.length != Ed25519.PUBLIC_KEY_SIZE) {
            throw new IllegalArgumentException("an Ed25519 public key has 32 bytes, not " + bytes.length);
        }
        return new Ed25519Key(bytes.clone());
    }

    /** @throws IllegalArgumentException if {@code text} is not a key in base64url without padding */
    public static Ed25519Key ofBase64Url(String text) {
        return of(CompactJws.decode(text));
    }

    /** @throws IllegalArgumentException if {@code did} is not the did:key of an Ed25519 key */
    public static Ed25519Key ofDidKey(String did) {
        if (!did.startsWith(DID_KEY)) {
            throw new IllegalArgumentException("not a did:key in base58: " + did);
        }
        var coded = Base58.decode(did.substring(DID_KEY.length()));
        if (coded.length != 34 || coded[0] != MULTICODEC[0] || coded[1] != MULTICODEC[1]) {
            throw new IllegalArgumentException("not the did:key of an Ed25519 key: " + did);
        }
        return of(Arrays.copyOfRange(coded, 2, coded.length));
    }

    /** The key as a did:key. */
    public String didKey() {
        var coded = Arrays.copyOf(MULTICODEC, MULTICODEC.length + bytes.length);
        System.arraycopy(bytes, 0, coded, MULTICODEC.length, bytes.length);
        return DID_KEY + Base58.encode(coded);
    }

    /** The key in base64url without padding, as a JWK's {@code x} has it. */
    public String base64Url() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * Returns only if this key signed {@code message}.
     *
     * @throws CompactJws.Invalid otherwise, also for a signature that is another encoding of a right one
     */
    public void verify(byte[] message, byte[] signature) {
        if (signature.length != Ed25519.SIGNATURE_SIZE
                || !Ed25519.verify(signature, 0, point, message, 0, message.length)) {
            throw new CompactJws.Invalid("the signature is not of this key and this content");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Ed25519Key key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return didKey();
    }
}
