package io.tallystick.billing.chain.engine;

import io.tallystick.billing.chain.Attempt;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The store's rules without a database: what PostgreSQL's keys and conditions say, said in Java. */
final class RememberedTransactions implements TransactionStore {
    private final Map<String, Transaction> transactions = new LinkedHashMap<>();
    private final Map<Long, String> nonces = new TreeMap<>();
    private Lease lease = new Lease("nobody", 0);
    private Optional<Heads> heads = Optional.empty();

    /** The simulation decides who works: whoever asks gets the lease, as if the other's had run out. */
    @Override
    public Optional<Lease> lease(String holder, Duration validFor) {
        if (!lease.holder().equals(holder)) {
            lease = new Lease(holder, lease.fence() + 1);
        }
        return Optional.of(lease);
    }

    @Override
    public void release(Lease released) {
        lease = new Lease("nobody", lease.fence());
    }

    @Override
    public void saw(Lease by, Heads seen) {
        if (by.equals(lease)) {
            heads = Optional.of(seen);
        }
    }

    @Override
    public Optional<Heads> heads() {
        return heads;
    }

    @Override
    public Transaction add(Intent intent, Instant now) {
        return transactions.computeIfAbsent(
                intent.key(), _ -> new Transaction(intent, new TransactionState.Planned(), List.of(), 0));
    }

    @Override
    public Transaction addOnce(Intent intent, Instant now) {
        return add(intent, now);
    }

    @Override
    public List<Transaction> find(Collection<String> keys) {
        return keys.stream().map(transactions::get).toList();
    }

    @Override
    public List<Transaction> open(int limit) {
        return transactions.values().stream()
                .filter(transaction -> !transaction.state().settled())
                .sorted(Comparator.comparingLong(RememberedTransactions::nonce))
                .limit(limit)
                .toList();
    }

    private static long nonce(Transaction transaction) {
        return transaction.newest().map(Attempt::nonce).orElse(Long.MAX_VALUE);
    }

    @Override
    public long freeNonce(long atLeast) {
        long free = atLeast;
        while (nonces.containsKey(free)) {
            free++;
        }
        return free;
    }

    @Override
    public boolean store(Lease by, Transaction before, TransactionState after, Instant now) {
        return put(by, before, after, before.attempts());
    }

    @Override
    public boolean storeAttempt(Lease by, Transaction before, Attempt attempt, Instant now) {
        var owner = nonces.getOrDefault(attempt.nonce(), before.intent().key());
        var attempts = new ArrayList<>(before.attempts());
        attempts.add(attempt);
        var stored = owner.equals(before.intent().key())
                && put(by, before, new TransactionState.Signed(attempt.nonce(), attempt.signedAt()), attempts);
        if (stored) {
            nonces.put(attempt.nonce(), owner);
        }
        return stored;
    }

    private boolean put(Lease by, Transaction before, TransactionState after, List<Attempt> attempts) {
        var key = before.intent().key();
        if (!by.equals(lease) || transactions.get(key).version() != before.version()) {
            return false;
        }
        transactions.put(key, new Transaction(before.intent(), after, attempts, before.version() + 1));
        return true;
    }
}
