package io.tallystick.identity.did;

/** The kinds of public keys that a DID may have. */
public enum KeyType {
    ED25519("EdDSA", 32, 0xed, 0x01),
    /** For key agreement; signs nothing. */
    X25519("", 32, 0xec, 0x01),
    P256("ES256", 33, 0x80, 0x24),
    SECP256K1("ES256K", 33, 0xe7, 0x01);

    private final String algorithm;
    private final int length;
    private final int first;
    private final int second;

    KeyType(String algorithm, int length, int first, int second) {
        this.algorithm = algorithm;
        this.length = length;
        this.first = first;
        this.second = second;
    }

    /** The one JWS {@code alg} that a key of this kind signs with; empty if it signs nothing. */
    public String algorithm() {
        return algorithm;
    }

    /** Bytes of a key: the raw key, or a compressed point. */
    int length() {
        return length;
    }

    /** The unsigned varint before a key in multicodec. */
    byte[] multicodec() {
        return new byte[] {(byte) first, (byte) second};
    }

    public boolean signs() {
        return !algorithm.isEmpty();
    }
}
