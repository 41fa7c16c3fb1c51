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
        var open = settlements.open().await().atMost(PATIENCE);
        metrics.open(open, now);
        for (var settlement : open) {
            follow(settlement, now);
        }
    }

    private void follow(Followed before, Instant now) {
        try (var _ = TraceParent.context(before.traceparent()).makeCurrent()) {
            bringUp(before, now);
        }
    }

    private void bringUp(Followed before, Instant now) {
        var intent = before.settlement().intent();
        if (before.seen() < 0) {
            transactions.submit(intent).await().atMost(PATIENCE);
            faults.at(Faults.Point.SETTLEMENT_SUBMITTED);
        }
        var transaction =
                transactions.find(intent.key()).await().atMost(PATIENCE).orElseThrow();
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
