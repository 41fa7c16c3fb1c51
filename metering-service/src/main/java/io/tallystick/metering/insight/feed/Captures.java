package io.tallystick.metering.insight.feed;

import io.quarkus.logging.Log;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** The captures that are remembered: forgotten once the topic cannot bring them again. */
@ApplicationScoped
class Captures {
    private static final Duration EVERY = Duration.ofMinutes(10);
    private static final int AT_ONCE = 20_000;

    private final FeedTransactions transactions;
    private final InsightConfig config;
    private long nextNanos = System.nanoTime();

    Captures(FeedTransactions transactions, InsightConfig config) {
        this.transactions = transactions;
        this.config = config;
    }

    /** Forgets some of the old ones, now and then; to be called by the reading thread. A failure waits for the next time. */
    void forget() {
        if (System.nanoTime() - nextNanos < 0) {
            return;
        }
        nextNanos = System.nanoTime() + EVERY.toNanos();
        try {
            transactions.run(statements -> statements.run("""
                    delete from insight_capture where hold_id in (
                        select hold_id from insight_capture where taken_at < now() - $1::int * interval '1 day'
                        order by taken_at limit $2)
                    """, Tuple.of(config.captureDays(), AT_ONCE)));
        } catch (RuntimeException e) {
            Log.warnf("old captures are not forgotten yet, cause=%s", e);
        }
    }
}
