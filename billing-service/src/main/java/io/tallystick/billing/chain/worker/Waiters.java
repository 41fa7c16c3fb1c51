package io.tallystick.billing.chain.worker;

import io.tallystick.billing.chain.Outcome;
import io.tallystick.billing.chain.engine.TransactionStore;
import io.tallystick.billing.chain.engine.TransactionStore.Heads;
import io.tallystick.kit.problem.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;

/** Those who wait for a transaction. At most a few hundred at a time; the database is looked at for each of them. */
public final class Waiters {
    private static final int MOST = 256;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    /** Another process may be the one that works, and nobody here hears of it. */
    private static final Duration LONGEST_LOOKAWAY = Duration.ofMillis(250);

    private final Semaphore places = new Semaphore(MOST);

    public Outcome await(TransactionStore store, WorkSignal signal, String key, int depth, Duration atMost) {
        if (!places.tryAcquire()) {
            throw new UnavailableException("chain", RETRY_AFTER, null);
        }
        try {
            return look(store, signal, key, depth, System.nanoTime() + atMost.toNanos());
        } finally {
            places.release();
        }
    }

    private static Outcome look(TransactionStore store, WorkSignal signal, String key, int depth, long deadline) {
        while (true) {
            long seen = signal.changes();
            var outcome = outcome(store, key, depth);
            long left = deadline - System.nanoTime();
            if (!(outcome instanceof Outcome.Pending) || left <= 0) {
                return outcome;
            }
            signal.awaitChange(seen, Math.min(left, LONGEST_LOOKAWAY.toNanos()));
        }
    }

    private static Outcome outcome(TransactionStore store, String key, int depth) {
        long head = store.heads().map(Heads::newest).orElse(0L);
        return store.find(List.of(key)).stream()
                .findFirst()
                .map(transaction -> Outcome.of(transaction, depth, head))
                .orElseThrow(() -> new IllegalArgumentException("no such intent: " + key));
    }
}
