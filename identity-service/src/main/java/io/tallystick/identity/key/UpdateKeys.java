package io.tallystick.identity.key;

import io.tallystick.identity.key.signer.HeldKey;
import io.tallystick.identity.key.signer.Holder;
import io.tallystick.identity.key.signer.KeyPurpose;
import io.tallystick.identity.key.signer.LocalSigner;
import io.tallystick.identity.key.signer.Signers;
import io.tallystick.kit.access.Ed25519Key;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Base64;

/**
 * Keys that update the DIDs which this installation issues. Each signs one entry of one log; until then its private half
 * lies encrypted in the database, and only a hash of its public half is known. Always made in this process: an entry is
 * signed within the transaction that adds it.
 */
@ApplicationScoped
public class UpdateKeys {
    private static final String DID_KEY = "did:key:";

    private final LocalSigner signer;

    UpdateKeys(Signers signers) {
        this.signer = signers.local();
    }

    /**
     * A key whose private half only the master key opens.
     *
     * @param multikey the public half in multibase
     * @param secret the private half, encrypted, in base64url
     */
    public record Sealed(String multikey, String secret) {}

    public Sealed make() {
        var made = signer.make(KeyPurpose.DID_UPDATE, key -> key.didKey().substring(DID_KEY.length()));
        return new Sealed(made.id(), Base64.getUrlEncoder().withoutPadding().encodeToString(made.handle()));
    }

    /** @throws IllegalStateException if the key was sealed by another master key, or for another public half */
    public byte[] sign(Sealed key, byte[] message) {
        var publicKey = Ed25519Key.ofDidKey(DID_KEY + key.multikey());
        var secret = Base64.getUrlDecoder().decode(key.secret());
        return signer.signNow(
                new HeldKey(KeyPurpose.DID_UPDATE, key.multikey(), publicKey, Holder.LOCAL, secret), message);
    }
}
