package io.tallystick.billing.chain.engine;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.chain.Attempt;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.Fees;
import io.tallystick.billing.chain.Inclusion;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.chain.TransactionState.Final;
import io.tallystick.billing.chain.TransactionState.Mined;
import io.tallystick.billing.chain.TransactionState.Planned;
import io.tallystick.billing.chain.TransactionState.Refused;
import io.tallystick.billing.chain.TransactionState.Reverted;
import io.tallystick.billing.chain.TransactionState.Sent;
import io.tallystick.billing.chain.TransactionState.Signed;
import io.tallystick.billing.chain.engine.Faults.Point;
import io.tallystick.billing.chain.engine.Node.Head;
import io.tallystick.billing.chain.engine.TransactionStore.Heads;
import io.tallystick.billing.chain.engine.TransactionStore.Lease;
import io.tallystick.billing.signature.Bytes32;
import java.math.BigInteger;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Brings intents into the chain. One look at the chain, then one step or a few for each open transaction; between two
 * steps the process may die.
 */
public final class Engine {
    private static final int OPEN_AT_ONCE = 256;
    /** EIP-7825: no transaction may have more. */
    private static final long GAS_LIMIT_CAP = 16_777_216;

    /**
     * How careful the engine is.
     *
     * @param confirmations blocks on top of a transaction's own before it counts as final
     * @param awaitFinalized whether the chain itself has to call the block final as well
     * @param tipWei offered to the makers of blocks, in wei for each gas
     */
    public record Rules(Patience patience, int confirmations, boolean awaitFinalized, BigInteger tipWei) {
        public Rules {
            requireNonNull(patience, "patience");
            requireNonNull(tipWei, "tipWei");
            if (confirmations < 0) {
                throw new IllegalArgumentException("confirmations below zero: " + confirmations);
            }
        }
    }

    /** Who wants to know what happens. Told after it is stored. */
    public interface Listener {
        void changed(Transaction before, TransactionState after);

        /** Not mined in time, and the fees are at their cap or the node does not take it: somebody has to look. */
        void stuck(Transaction transaction, String why);
    }

    private final Node node;
    private final TransactionStore store;
    private final RawTransactions transactions;
    private final Rules rules;
    private final Clock clock;
    private final Faults faults;
    private final Listener listener;

    public Engine(
            Node node,
            TransactionStore store,
            RawTransactions transactions,
            Rules rules,
            Clock clock,
            Faults faults,
            Listener listener) {
        this.node = node;
        this.store = store;
        this.transactions = transactions;
        this.rules = rules;
        this.clock = clock;
        this.faults = faults;
        this.listener = listener;
    }

    /**
     * Does what can be done now.
     *
     * @return how many transactions are still open
     * @throws Node.NodeSilentException when the node did not answer; what was stored stays, nothing else is known
     */
    public int work(Lease lease) {
        var head = node.newest();
        long finalBlock = finalBlock(head);
        store.saw(lease, new Heads(head.number(), finalBlock));
        var open = store.open(OPEN_AT_ONCE);
        if (open.isEmpty()) {
            return 0;
        }
        // In this order, see Sighting.
        long used = node.transactionCount(transactions.signer(), head.number());
        long finallyUsed = finalBlock < 0 ? 0 : node.transactionCount(transactions.signer(), finalBlock);
        var receipts = node.receipts(hashes(open));
        faults.at(Point.LOOKED);
        closeGap(open, used);
        var offer =
                Fees.offer(head.baseFeeWei(), rules.tipWei(), rules.patience().feeCapWei());
        for (var transaction : open) {
            advance(
                    lease,
                    transaction,
                    new Sighting(finalBlock, used, finallyUsed, included(transaction, receipts), offer));
        }
        return open.size();
    }

    private long finalBlock(Head head) {
        long deep = head.number() - rules.confirmations();
        return rules.awaitFinalized() ? Math.min(deep, node.finalizedBlock()) : deep;
    }

    /** Takes steps until there is nothing to do but wait. */
    private void advance(Lease lease, Transaction transaction, Sighting sighting) {
        Optional<Transaction> current = Optional.of(transaction);
        while (current.isPresent()) {
            var now = current.get();
            current = switch (Step.next(now, sighting, rules.patience(), clock.instant())) {
                case Step.Sign _ -> sign(lease, now, sighting);
                case Step.Replace(var attempt, var fees) -> replace(lease, now, attempt, fees);
                case Step.Send(var attempt, var stuck) -> send(lease, now, attempt, stuck);
                case Step.Become(var state) -> become(lease, now, state);
                case Step.Wait _ -> Optional.empty();
            };
        }
    }

    private Optional<Transaction> sign(Lease lease, Transaction transaction, Sighting sighting) {
        var call = transaction.intent().call();
        var estimate = node.estimate(transactions.signer(), call);
        faults.at(Point.ESTIMATED);
        return switch (estimate) {
            case Node.Estimate.Reverts(var reason) -> become(lease, transaction, new Refused(reason));
            case Node.Estimate.Gas(var gas) -> {
                long nonce = store.freeNonce(sighting.usedNonces());
                yield storeAttempt(
                        lease,
                        transaction,
                        transactions.sign(call, nonce, sighting.offer(), withMargin(gas), clock.instant()));
            }
        };
    }

    private Optional<Transaction> replace(Lease lease, Transaction transaction, Attempt attempt, Fees fees) {
        return storeAttempt(
                lease,
                transaction,
                transactions.sign(
                        transaction.intent().call(), attempt.nonce(), fees, attempt.gasLimit(), clock.instant()));
    }

    private Optional<Transaction> storeAttempt(Lease lease, Transaction before, Attempt attempt) {
        faults.at(Point.SIGNED);
        if (!store.storeAttempt(lease, before, attempt, clock.instant())) {
            return Optional.empty();
        }
        faults.at(Point.SIGNED_STORED);
        var attempts = new ArrayList<>(before.attempts());
        attempts.add(attempt);
        var state = new Signed(attempt.nonce(), attempt.signedAt());
        listener.changed(before, state);
        return Optional.of(new Transaction(before.intent(), state, attempts, before.version() + 1));
    }

    private Optional<Transaction> send(Lease lease, Transaction transaction, Attempt attempt, boolean stuck) {
        var answer = node.send(attempt.raw());
        faults.at(Point.SENT);
        if (stuck) {
            listener.stuck(transaction, "fees are at their cap");
        }
        return switch (answer) {
            case TAKEN, NONCE_USED, UNDERPRICED -> {
                // The next look decides; nothing more can be done in this one.
                become(lease, transaction, new Sent(attempt.nonce(), clock.instant()));
                yield Optional.empty();
            }
            case INSUFFICIENT_FUNDS, REFUSED -> {
                listener.stuck(transaction, "the node does not take it: " + answer);
                yield Optional.empty();
            }
        };
    }

    private Optional<Transaction> become(Lease lease, Transaction before, TransactionState after) {
        switch (after) {
            case Mined _ -> faults.at(Point.MINED_SEEN);
            case Final _, Reverted _ -> faults.at(Point.FINAL_SEEN);
            case Planned _, Signed _, Sent _, Refused _ -> {}
        }
        if (!store.store(lease, before, after, clock.instant())) {
            return Optional.empty();
        }
        switch (after) {
            case Sent _ -> faults.at(Point.SENT_STORED);
            case Mined _ -> faults.at(Point.MINED_STORED);
            case Final _, Reverted _ -> faults.at(Point.FINAL_STORED);
            case Planned _, Signed _, Refused _ -> {}
        }
        listener.changed(before, after);
        return Optional.of(new Transaction(before.intent(), after, before.attempts(), before.version() + 1));
    }

    /**
     * A nonce that a stranger used, and a reorganisation gave back, is nobody's: everything signed above it would wait
     * for ever. An empty transfer to ourselves takes its place.
     */
    private void closeGap(List<Transaction> open, long used) {
        var waiting = open.stream()
                .flatMap(transaction -> transaction.newest().stream())
                .mapToLong(Attempt::nonce)
                .filter(nonce -> nonce >= used)
                .min();
        if (waiting.isPresent() && waiting.getAsLong() > used && store.freeNonce(used) == used) {
            var key = "gap:" + transactions.signer() + ":" + used;
            store.add(new Intent(key, new Call(transactions.signer(), "0x")), clock.instant());
        }
    }

    private static long withMargin(long gas) {
        return Math.min(gas + gas / 5, GAS_LIMIT_CAP);
    }

    private static List<Bytes32> hashes(List<Transaction> open) {
        return open.stream().flatMap(t -> t.hashes().stream()).toList();
    }

    private static Optional<Inclusion> included(Transaction transaction, Map<Bytes32, Inclusion> receipts) {
        return transaction.hashes().stream()
                .map(receipts::get)
                .filter(Objects::nonNull)
                .findFirst();
    }
}
