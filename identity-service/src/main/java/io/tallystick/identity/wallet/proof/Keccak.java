package io.tallystick.identity.wallet.proof;

import org.bouncycastle.crypto.digests.KeccakDigest;

/** Ethereum's hash: Keccak-256 as submitted, with the padding that SHA-3 later changed. */
final class Keccak {
    private Keccak() {}

    /** The hash of the parts one after another. */
    static byte[] hash(byte[]... parts) {
        var digest = new KeccakDigest(256);
        for (var part : parts) {
            digest.update(part, 0, part.length);
        }
        var hash = new byte[32];
        digest.doFinal(hash, 0);
        return hash;
    }
}
