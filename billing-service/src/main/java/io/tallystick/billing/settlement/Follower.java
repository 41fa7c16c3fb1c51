package io.tallystick.billing.settlement;

import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.chain.engine.Faults;
import io.tallystick.billing.chain.engine.TransactionStore.Heads;
import io.tallystick.kit.outbox.TraceParent;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Submits planned settlements and books what became of them. What is booked is read from the contract, so that doing it
 * again, or late, changes nothing.
 */
@ApplicationScoped
public class Follower {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Settlements settlements;
    private final Transactions transactions;
    private final Readings readings;
    private final SettlementMetrics metrics;
    private final SettlementTraces traces;
    private final Faults faults;

    Follower(
            Settlements settlements,
            Transactions transactions,
            Readings readings,
            SettlementMetrics metrics,
            SettlementTraces traces,
            Faults faults) {
        this.settlements = settlements;
        this.transactions = transactions;
        this.readings = readings;
        this.metrics = metrics;
        this.traces = traces;
        this.faults = faults;
    }

    /** Brings every open settlement up to its transaction. */
    public void follow(Instant now) {
        var sums = SettlementMetrics.Open.NONE;
        var page = page(0);
        while (!page.isEmpty()) {
            var keys =
                    page.stream().map(each -> each.settlement().intent().key()).toList();
            var known = transactions.find(keys).await().atMost(PATIENCE).stream()
                    .collect(Collectors.toMap(each -> each.intent().key(), Function.identity()));
            for (var settlement : page) {
                sums = sums.plus(settlement, now);
                var key = settlement.settlement().intent().key();
                follow(settlement, Optional.ofNullable(known.get(key)), now);
            }
            page = page(page.getLast().number());
        }
        metrics.open(sums);
    }

    private List<Followed> page(long after) {
        return settlements.open(after).await().atMost(PATIENCE);
    }

    private void follow(Followed before, Optional<Transaction> known, Instant now) {
        try (var _ = TraceParent.context(before.traceparent()).makeCurrent()) {
            bringUp(before, known, now);
        }
    }

    private void bringUp(Followed before, Optional<Transaction> known, Instant now) {
        var transaction = known.orElseGet(() -> submitted(before));
        if (transaction.version() == before.seen()) {
            return;
        }
        book(before, transaction, now);
        faults.at(Faults.Point.SETTLEMENT_BOOKED);
        if (settlements.follow(before, transaction, now).await().atMost(PATIENCE)) {
            metrics.moved(transaction.state());
            traces.moved(before, transaction, now);
        }
    }

    /** Once and for all: if the contract refuses it, the channels are planned anew, and so is what is sent. */
    private Transaction submitted(Followed planned) {
        var transaction =
                transactions.submitOnce(planned.settlement().intent()).await().atMost(PATIENCE);
        faults.at(Faults.Point.SETTLEMENT_SUBMITTED);
        return transaction;
    }

    /** Before the settlement's row, so that a process that dies in between does it again. */
    private void book(Followed before, Transaction transaction, Instant now) {
        var channels = before.settlement().channels();
        switch (transaction.state()) {
            case TransactionState.Mined _ -> readings.newest(channels, now);
            case TransactionState.Final(var inclusion) -> {
                readings.newest(channels, now);
                readings.atFinalBlock(channels, Math.max(inclusion.block(), finalBlock()), now);
            }
            // The claim may have been seen before: the chain says what is left of it.
            case TransactionState.Sent _, TransactionState.Planned _, TransactionState.Reverted _ ->
                readings.newest(channels, now);
            case TransactionState.Signed _, TransactionState.Refused _ -> {}
        }
    }

    private long finalBlock() {
        return transactions.stored().heads().map(Heads::finalBlock).orElse(0L);
    }
}
