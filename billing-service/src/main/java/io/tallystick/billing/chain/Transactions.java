package io.tallystick.billing.chain;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.chain.engine.PostgresTransactionStore;
import io.tallystick.billing.chain.engine.TransactionStore;
import io.tallystick.billing.chain.worker.ChainTraces;
import io.tallystick.billing.chain.worker.Offloaded;
import io.tallystick.billing.chain.worker.Waiters;
import io.tallystick.billing.chain.worker.WorkSignal;
import io.tallystick.kit.outbox.TraceParent;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Everything that is to happen on the chain. An intent that was submitted is stored, and is brought into the chain by
 * whichever process works at the time.
 */
@ApplicationScoped
public class Transactions {
    private final Optional<PostgresTransactionStore> store;
    private final Waiters waiters;
    private final WorkSignal signal;
    private final Offloaded offloaded;
    private final ChainTraces traces;

    Transactions(
            DataSource database,
            ChainSigner signer,
            ChainConfig config,
            WorkSignal signal,
            Offloaded offloaded,
            ChainTraces traces) {
        this.store = signer.address().map(address -> new PostgresTransactionStore(database, config.id(), address));
        this.waiters = new Waiters();
        this.signal = signal;
        this.offloaded = offloaded;
        this.traces = traces;
    }

    /**
     * Wants something done on the chain, once. The same intent again is no second one: its transaction is answered as it
     * stands. One that the contract refused is tried anew.
     *
     * <p>Fails with {@link IllegalArgumentException} if the key stands for another call.
     */
    public Uni<Transaction> submit(Intent intent) {
        return wanted(intent, TransactionStore::add);
    }

    /**
     * As {@link #submit}, but an intent that the contract refused stays refused. For those that end with the refusal: who
     * asks a moment later must not bring it back.
     */
    public Uni<Transaction> submitOnce(Intent intent) {
        return wanted(intent, TransactionStore::addOnce);
    }

    private Uni<Transaction> wanted(Intent intent, Addition addition) {
        var trace = TraceParent.current();
        return offloaded
                .of(() -> {
                    var added = addition.to(stored(), intent, Clock.systemUTC().instant());
                    traces.wanted(intent.key(), trace);
                    return added;
                })
                .invoke(signal::raise);
    }

    @FunctionalInterface
    private interface Addition {
        Transaction to(TransactionStore store, Intent intent, Instant now);
    }

    /** How many transactions are open that wait for another signer or chain. */
    public long stranded() {
        return store.map(PostgresTransactionStore::stranded).orElse(0L);
    }

    public Uni<Optional<Transaction>> find(String key) {
        return offloaded.of(() -> stored().find(List.of(key)).stream().findFirst());
    }

    public Uni<List<Transaction>> find(List<String> keys) {
        return offloaded.of(() -> stored().find(keys));
    }

    /**
     * Waits until an intent that was submitted is {@code depth} blocks deep, or fails, or {@code atMost} is over.
     *
     * @param depth blocks on top of its own; 0: any block will do
     * @return {@link Outcome.Pending} when the time is over; fails with {@code UnavailableException} when too many wait
     */
    public Uni<Outcome> outcome(String key, int depth, Duration atMost) {
        return offloaded.of(() -> waiters.await(stored(), signal, key, depth, atMost));
    }

    /** The engine's memory. */
    public TransactionStore stored() {
        return store.orElseThrow(() -> new IllegalStateException("tallystick.settlement.signer-key-file is not set"));
    }
}
