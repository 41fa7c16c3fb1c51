package io.tallystick.kit.access.proof;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The proofs that this instance took, in memory. Each is kept for the same time, which no proof outlives, so the first in
 * is the first to be forgotten.
 *
 * <p>Bounded, and full for one key before it is full for all: a single caller cannot shut out the others.
 */
public final class MemoryUsedProofs implements UsedProofs {

    /** Of all places, one in so many may be taken by the proofs of a single key. */
    private static final int SHARE = 4;

    private record Id(long high, long low) {}

    private record Taken(Instant until, Id key) {}

    private final LinkedHashMap<Id, Taken> taken = new LinkedHashMap<>();
    private final Map<Id, Integer> perKey = new HashMap<>();
    private final Duration kept;
    private final int most;

    /**
     * @param kept longest time that a proof may be taken after it was taken first
     * @param most how many are remembered
     */
    public MemoryUsedProofs(Duration kept, int most) {
        this.kept = kept;
        this.most = most;
    }

    @Override
    public CompletionStage<Claim> claim(Proof proof, Instant now) {
        return CompletableFuture.completedFuture(claimed(proof, now));
    }

    private Claim claimed(Proof proof, Instant now) {
        var key = id(proof.key());
        var id = id(proof.key() + " " + proof.id());
        var until = proof.usableUntil().isAfter(now.plus(kept)) ? proof.usableUntil() : now.plus(kept);
        synchronized (this) {
            forget(now);
            if (taken.containsKey(id)) {
                return Claim.USED;
            }
            if (taken.size() >= most || perKey.getOrDefault(key, 0) >= Math.max(1, most / SHARE)) {
                return Claim.FULL;
            }
            taken.put(id, new Taken(until, key));
            perKey.merge(key, 1, Integer::sum);
            return Claim.FRESH;
        }
    }

    /** How many are remembered. */
    public synchronized int size() {
        return taken.size();
    }

    private void forget(Instant now) {
        while (!taken.isEmpty() && taken.firstEntry().getValue().until().isBefore(now)) {
            var oldest = taken.pollFirstEntry().getValue();
            perKey.computeIfPresent(oldest.key(), (_, count) -> count == 1 ? null : count - 1);
        }
    }

    /** Of fixed size, so that the bound on how many is one on memory too. */
    private static Id id(String text) {
        var digest = ByteBuffer.wrap(Sha256.of(text.getBytes(StandardCharsets.UTF_8)));
        return new Id(digest.getLong(), digest.getLong());
    }
}
