package io.tallystick.identity.key.signer;

import io.tallystick.kit.access.Ed25519Key;
import io.tallystick.kit.access.Ed25519Signer;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Signs in this process. A handle is the private half, sealed with the master key to its id and purpose. */
public final class LocalSigner implements Signer {
    private static final int SEED_BYTES = 32;

    private final MasterKey master;
    private final SecureRandom random;

    /** Opening costs as much as signing, so what signs often stays open. */
    private volatile Map<HeldKey, Ed25519Signer> open = Map.of();

    public LocalSigner(MasterKey master, SecureRandom random) {
        this.master = master;
        this.random = random;
    }

    @Override
    public CompletionStage<HeldKey> make(KeyPurpose purpose) {
        return CompletableFuture.completedFuture(make(purpose, HeldKey::thumbprint));
    }

    /** @param idOf how the key is to be told apart */
    public HeldKey make(KeyPurpose purpose, Function<Ed25519Key, String> idOf) {
        var seed = new byte[SEED_BYTES];
        random.nextBytes(seed);
        var publicKey = new Ed25519Signer(seed).publicKey();
        var id = idOf.apply(publicKey);
        return new HeldKey(purpose, id, publicKey, Holder.LOCAL, master.seal(seed, id, purpose.label(), random));
    }

    @Override
    public CompletionStage<byte[]> sign(HeldKey key, byte[] message) {
        return CompletableFuture.completedFuture(signNow(key, message));
    }

    /** @throws IllegalStateException if it was sealed by another master key, for another purpose or another public half */
    public byte[] signNow(HeldKey key, byte[] message) {
        var known = open.get(key);
        return (known == null ? opened(key) : known).sign(message);
    }

    private Ed25519Signer opened(HeldKey key) {
        if (key.holder() != Holder.LOCAL) {
            throw new IllegalStateException(key + " is not held here");
        }
        var opened = new Ed25519Signer(
                master.open(key.handle(), key.id(), key.purpose().label()));
        if (!opened.publicKey().equals(key.publicKey())) {
            throw new IllegalStateException(key + " has another public half than its row says");
        }
        return opened;
    }

    @Override
    public void keepOnly(Collection<HeldKey> keys) {
        var known = open;
        open = keys.stream()
                .collect(Collectors.toUnmodifiableMap(
                        Function.identity(), key -> known.containsKey(key) ? known.get(key) : opened(key)));
    }
}
