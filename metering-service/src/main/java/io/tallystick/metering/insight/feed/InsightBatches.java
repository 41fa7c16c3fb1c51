package io.tallystick.metering.insight.feed;

import io.tallystick.events.DomainEvent;
import io.tallystick.metering.insight.feed.FeedTransactions.Statements;
import io.tallystick.metering.insight.feed.InsightOffsets.Step;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/**
 * The one transaction that takes in: it moves the positions on, finds what is new in the events, and raises what it comes
 * to, or does nothing at all.
 */
@ApplicationScoped
class InsightBatches {
    private final FeedTransactions transactions;
    private final InsightOffsets offsets;
    private final UsageFeed usage;
    private final RevenueFeed revenue;

    InsightBatches(FeedTransactions transactions, InsightOffsets offsets, UsageFeed usage, RevenueFeed revenue) {
        this.transactions = transactions;
        this.offsets = offsets;
        this.usage = usage;
        this.revenue = revenue;
    }

    /**
     * Blocks.
     *
     * @throws InsightOffsets.FencedException if one of the partitions is not where {@code steps} believe it to be
     */
    void take(List<DomainEvent> events, List<Step> steps) {
        var facts = new Facts(events);
        transactions.run(statements -> {
            offsets.move(statements, steps);
            take(statements, facts);
            return steps.size();
        });
    }

    private void take(Statements statements, Facts facts) {
        usage.take(statements, facts.series());
        revenue.takeCalls(statements, facts.calls());
        revenue.takeAccounts(statements, facts.accounts());
        revenue.takeSettlements(statements, facts.settlements());
    }
}
