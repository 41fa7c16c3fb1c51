package io.tallystick.metering.usage.backfill;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.tallystick.metering.usage.counting.Transactions;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;

/**
 * Goes on with the back-fills that are not done, step by step, the one that waited longest first. Each instance does, and
 * each back-fill is in one hand at a time.
 */
@ApplicationScoped
class Backfills {
    /** Then the scheduler's thread is given back. */
    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    private final Transactions transactions;
    private final BackfillSteps steps;
    private final Counter counted;
    private final Counter failures;

    Backfills(Transactions transactions, BackfillSteps steps, MeterRegistry metrics) {
        this.transactions = transactions;
        this.steps = steps;
        counted = metrics.counter("tallystick.backfill.events");
        failures = metrics.counter("tallystick.backfill.failures");
    }

    @Scheduled(every = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void goOn() {
        try {
            var end = System.nanoTime() + AT_ONCE.toNanos();
            var next = next();
            while (next.isPresent() && System.nanoTime() < end) {
                step(next.get());
                next = next();
            }
        } catch (RuntimeException e) {
            // The step was undone, and is tried again with the next tick.
            Log.warnf("back-fill does not go on, cause=%s", e);
        }
    }

    private Optional<String> next() {
        var rows = transactions.run(statements -> statements.run(
                "select meter from backfill where state in ('waiting', 'running') order by updated_at limit 1"));
        return rows.rowCount() == 0
                ? Optional.empty()
                : Optional.of(rows.iterator().next().getString("meter"));
    }

    private void step(String meter) {
        try {
            counted.increment(transactions.run(statements -> steps.step(statements, meter)));
        } catch (RuntimeException e) {
            failures.increment();
            // Behind the others, so that one that fails does not keep them waiting.
            transactions.run(statements -> statements.run(
                    "update backfill set failures = failures + 1, updated_at = clock_timestamp() where meter = $1",
                    Tuple.of(meter)));
            throw e;
        }
    }
}
