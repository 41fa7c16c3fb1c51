package io.tallystick.identity.key.signer;

import java.util.Collection;
import java.util.concurrent.CompletionStage;

/** Makes keys and signs with them. A private half never leaves it. */
public interface Signer {

    /** A new key, which signs for this purpose only. Fails with {@link SignerFailed}. */
    CompletionStage<HeldKey> make(KeyPurpose purpose);

    /**
     * The key's signature of {@code message}, verified with its public half. Fails with {@link SignerFailed}.
     *
     * @throws IllegalStateException if the key was made by another signer, or for another purpose than it says
     */
    CompletionStage<byte[]> sign(HeldKey key, byte[] message);

    /**
     * Remembers what signing with these keys takes, and forgets it of all others.
     *
     * @throws IllegalStateException if it can never sign with one that it made
     */
    void keepOnly(Collection<HeldKey> keys);
}
