package io.tallystick.acceptance.model;

import io.tallystick.billing.chain.Attempt;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.Fees;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.chain.engine.Patience;
import io.tallystick.billing.chain.engine.Sighting;
import io.tallystick.billing.chain.engine.Step;
import io.tallystick.billing.money.Address;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** The settlement engine's decisions on a toy chain. What is signed is stored before it is sent. */
final class ModelSettlement {
    private static final Patience PATIENCE =
            new Patience(Duration.ofMinutes(2), Duration.ofMinutes(20), BigInteger.valueOf(1_000_000));
    private static final Fees OFFER = new Fees(BigInteger.TEN, BigInteger.ONE);
    private static final Address ESCROW = Address.of("0x" + "e".repeat(40));

    // What is durably stored, and nothing else.
    final Map<String, Transaction> transactions = new LinkedHashMap<>();
    /** Whose each nonce is; the unique key of the table. */
    final Map<Long, String> nonces = new TreeMap<>();
    /** What each intent asks of the chain: its call data, readable. */
    private final Map<String, ToyChain.Tx> wishes = new HashMap<>();

    private final ToyChain chain;
    private long hashes;

    ModelSettlement(ToyChain chain) {
        this.chain = chain;
    }

    /** Wants something on the chain once. The same key again is the same wish. */
    void want(String key, ToyChain.Tx wish) {
        if (transactions.containsKey(key)) {
            return;
        }
        wishes.put(key, wish);
        transactions.put(
                key,
                new Transaction(
                        new Intent(key, new Call(ESCROW, "0x")),
                        new TransactionState.Planned(),
                        java.util.List.of(),
                        0));
    }

    /**
     * Looks once and takes one step for one transaction.
     *
     * @param dies whether the process dies after it sent, before it could store that
     */
    void work(String key, Instant now, boolean dies) {
        var transaction = transactions.get(key);
        var sighting = new Sighting(
                chain.finalBlock(),
                chain.usedNonces(chain.head()),
                chain.usedNonces(chain.finalBlock()),
                chain.inclusion(transaction.hashes()),
                OFFER);
        switch (Step.next(transaction, sighting, PATIENCE, now)) {
            case Step.Sign _ -> sign(transaction, freeNonce(sighting.usedNonces()), OFFER, now);
            case Step.Replace(var attempt, var fees) -> sign(transaction, attempt.nonce(), fees, now);
            case Step.Send(var attempt, var _) -> {
                var wish = wishes.get(key);
                chain.send(new ToyChain.Tx(attempt.hash(), attempt.nonce(), wish.channel(), wish.action()));
                if (!dies) {
                    store(transaction, new TransactionState.Sent(attempt.nonce(), now));
                }
            }
            case Step.Become(var state) -> store(transaction, state);
            case Step.Wait _ -> {}
        }
    }

    private void sign(Transaction before, long nonce, Fees fees, Instant now) {
        hashes++;
        nonces.putIfAbsent(nonce, before.intent().key());
        var attempts = new ArrayList<>(before.attempts());
        attempts.add(new Attempt(ToyChain.bytes32(1, hashes), nonce, "0x02", fees, 100_000, now));
        transactions.put(
                before.intent().key(),
                new Transaction(
                        before.intent(), new TransactionState.Signed(nonce, now), attempts, before.version() + 1));
    }

    private void store(Transaction before, TransactionState state) {
        transactions.put(
                before.intent().key(),
                new Transaction(before.intent(), state, before.attempts(), before.version() + 1));
    }

    /** The lowest that nobody took and the chain has not used. */
    private long freeNonce(long used) {
        var nonce = used;
        while (nonces.containsKey(nonce)) {
            nonce++;
        }
        return nonce;
    }
}
