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
            while (next.isPresent() && System.nanoTime() < end && step(next.get())) {
                next = next();
            }
        } catch (RuntimeException e) {
            // The database is away; the next tick asks again.
            Log.warnf("back-fills do not go on, cause=%s", e);
        }
    }

    private Optional<String> next() {
        var rows = transactions.run(
                statements -> statements.run("select meter from backfill where state in ('waiting', 'running') "
                        + "and next_at <= now() order by updated_at limit 1"));
        return rows.rowCount() == 0
                ? Optional.empty()
                : Optional.of(rows.iterator().next().getString("meter"));
    }

    /**
     * One that fails is tried again after a while that grows to five minutes: the others go on meanwhile.
     *
     * @return whether there may be more to do; not if another instance is at it
     */
    private boolean step(String meter) {
        try {
            var events = transactions.run(statements -> steps.step(statements, meter));
            events.ifPresent(counted::increment);
            return events.isPresent();
        } catch (RuntimeException e) {
            failures.increment();
            Log.warnf("a step of the back-fill failed and is tried again, meter=%s, cause=%s", meter, e);
            transactions.run(statements -> statements.run(
                    "update backfill set failures = failures + 1, updated_at = clock_timestamp(), next_at = "
                            + "clock_timestamp() + least(failures + 1, 150) * interval '2 seconds' where meter = $1",
                    Tuple.of(meter)));
            return true;
        }
    }
}
