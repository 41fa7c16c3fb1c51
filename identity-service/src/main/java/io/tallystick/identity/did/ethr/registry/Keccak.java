package io.tallystick.identity.did.ethr.registry;

import org.bouncycastle.crypto.digests.KeccakDigest;

/** The hash of EVM chains: SHA-3 before it was a standard. */
final class Keccak {
    private static final int BITS = 256;

    private Keccak() {}

    static byte[] hash(byte[] message) {
        var digest = new KeccakDigest(BITS);
        digest.update(message, 0, message.length);
        var hash = new byte[BITS / 8];
        digest.doFinal(hash, 0);
        return hash;
    }
}
