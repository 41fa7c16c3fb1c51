package io.tallystick.billing.settlement;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.tallystick.billing.chain.TransactionState;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** What is at stake, and how long it takes. Gauges are of the last look. */
@ApplicationScoped
class SettlementMetrics {
    private final MeterRegistry registry;
    private final AtomicLong exposedChannels = new AtomicLong();
    private final AtomicLong exposedUnits = new AtomicLong();
    private final AtomicLong unclaimableUnits = new AtomicLong();
    private final AtomicLong open = new AtomicLong();
    private final AtomicLong attempts = new AtomicLong();
    private final AtomicLong oldestSeconds = new AtomicLong();

    SettlementMetrics(MeterRegistry registry) {
        this.registry = registry;
        registry.gauge("tallystick.settlement.exposed.channels", exposedChannels);
        registry.gauge("tallystick.settlement.exposure.units", exposedUnits);
        registry.gauge("tallystick.settlement.unclaimable.units", unclaimableUnits);
        registry.gauge("tallystick.settlement.open", open);
        registry.gauge("tallystick.settlement.open.attempts", attempts);
        registry.gauge("tallystick.settlement.age.seconds", oldestSeconds);
    }

    void exposed(Exposures.Sums sums) {
        exposedChannels.set(sums.channels());
        exposedUnits.set(gauge(sums.exposure()));
        if (sums.unclaimable().signum() != 0 && unclaimableUnits.get() == 0) {
            Log.errorf(
                    "charges that this installation cannot claim: they need another signer or chain, units=%s",
                    sums.unclaimable());
        }
        unclaimableUnits.set(gauge(sums.unclaimable()));
    }

    private static long gauge(BigInteger units) {
        return units.min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact();
    }

    /** What all open settlements come to. */
    record Open(long settlements, long attempts, long oldestSeconds) {
        static final Open NONE = new Open(0, 0, 0);

        Open plus(Followed followed, Instant now) {
            long age = Duration.between(followed.settlement().plannedAt(), now).toSeconds();
            return new Open(settlements + 1, attempts + followed.attempts(), Math.max(oldestSeconds, age));
        }
    }

    void open(Open sums) {
        open.set(sums.settlements());
        attempts.set(sums.attempts());
        oldestSeconds.set(sums.oldestSeconds());
    }

    void moved(TransactionState state) {
        registry.counter("tallystick.settlements", "state", state.word()).increment();
    }

    /** A channel made a claim fail. */
    void refused() {
        registry.counter("tallystick.settlement.claims.refused").increment();
    }
}
