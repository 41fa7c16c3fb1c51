package io.tallystick.billing.chain.engine;

import io.tallystick.billing.chain.Attempt;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The transactions of one signer on one chain. One method is one database transaction.
 *
 * <p>Safety rests on two keys: a nonce belongs to one intent for ever, and a change names the version it changes. The
 * lease only spares work.
 */
public interface TransactionStore {

    /**
     * The right to work, until somebody else takes it.
     *
     * @param fence rises with each new holder; a change under an older fence is not stored
     */
    record Lease(String holder, long fence) {}

    /** The newest head a worker saw, for those who wait for a depth. */
    record Heads(long newest, long finalBlock) {}

    /** Takes or renews the lease; empty while another holds it. */
    Optional<Lease> lease(String holder, Duration validFor);

    /** Gives the lease up, so that the next worker need not wait for its end. */
    void release(Lease lease);

    void saw(Lease lease, Heads heads);

    Optional<Heads> heads();

    /**
     * Stores an intent, or finds it. One that was refused is planned anew.
     *
     * @throws IllegalArgumentException if the key stands for another call
     */
    Transaction add(Intent intent, Instant now);

    /**
     * As {@link #add}, but one that was refused stays so.
     *
     * @throws IllegalArgumentException if the key stands for another call
     */
    Transaction addOnce(Intent intent, Instant now);

    List<Transaction> find(Collection<String> keys);

    /** What is not settled yet: those with a nonce first, by nonce, then the others by age. */
    List<Transaction> open(int limit);

    /** The least nonce from {@code atLeast} on that belongs to no intent. */
    long freeNonce(long atLeast);

    /** @return false, with nothing changed, if the lease or the version is outdated */
    boolean store(Lease lease, Transaction before, TransactionState after, Instant now);

    /**
     * Stores a new attempt, and with it its nonce.
     *
     * @return false, with nothing changed, if the lease or the version is outdated, or the nonce is another intent's
     */
    boolean storeAttempt(Lease lease, Transaction before, Attempt attempt, Instant now);
}
