package io.tallystick.identity.key;

import io.tallystick.kit.access.Ed25519Signer;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * Keys that update the DIDs which this installation issues. Each signs one entry of one log; until then its private half
 * lies encrypted in the database, and only a hash of its public half is known.
 */
@ApplicationScoped
public class UpdateKeys {
    private static final String PURPOSE = "did_update";
    private static final int SEED_BYTES = 32;

    private final MasterKey master;
    private final SecureRandom random = new SecureRandom();

    UpdateKeys(IdentityConfig config) {
        this.master = new MasterKey(SecretFile.read(config.masterKeyFile(), "tallystick.identity.master-key-file"));
    }

    /**
     * A key whose private half only the master key opens.
     *
     * @param multikey the public half in multibase
     * @param secret the private half, encrypted, in base64url
     */
    public record Sealed(String multikey, String secret) {}

    public Sealed make() {
        var seed = new byte[SEED_BYTES];
        random.nextBytes(seed);
        var multikey = new Ed25519Signer(seed).publicKey().didKey().substring("did:key:".length());
        var secret = master.seal(seed, multikey, PURPOSE, random);
        return new Sealed(multikey, Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    }

    /** @throws IllegalStateException if the key was sealed by another master key, or for another public half */
    public byte[] sign(Sealed key, byte[] message) {
        var secret = Base64.getUrlDecoder().decode(key.secret());
        return new Ed25519Signer(master.open(secret, key.multikey(), PURPOSE)).sign(message);
    }
}
