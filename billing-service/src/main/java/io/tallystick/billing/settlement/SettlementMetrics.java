package io.tallystick.billing.settlement;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.channel.ChannelTimes;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** What is at stake, and how long it takes. Gauges are of the last look. */
@ApplicationScoped
class SettlementMetrics {
    private final MeterRegistry registry;
    private final AtomicLong exposedChannels = new AtomicLong();
    private final AtomicLong exposedUnits = new AtomicLong();
    private final AtomicLong open = new AtomicLong();
    private final AtomicLong attempts = new AtomicLong();
    private final AtomicLong oldestSeconds = new AtomicLong();

    SettlementMetrics(MeterRegistry registry) {
        this.registry = registry;
        registry.gauge("tallystick.settlement.exposed.channels", exposedChannels);
        registry.gauge("tallystick.settlement.exposure.units", exposedUnits);
        registry.gauge("tallystick.settlement.open", open);
        registry.gauge("tallystick.settlement.open.attempts", attempts);
        registry.gauge("tallystick.settlement.age.seconds", oldestSeconds);
    }

    void exposed(List<ChannelTimes> channels) {
        exposedChannels.set(channels.size());
        exposedUnits.set(channels.stream()
                .map(times -> times.channel().exposure().units())
                .reduce(BigInteger.ZERO, BigInteger::add)
                .min(BigInteger.valueOf(Long.MAX_VALUE))
                .longValueExact());
    }

    void open(List<Followed> settlements, Instant now) {
        open.set(settlements.size());
        attempts.set(settlements.stream().mapToInt(Followed::attempts).sum());
        oldestSeconds.set(settlements.stream()
                .map(followed -> Duration.between(followed.settlement().plannedAt(), now))
                .mapToLong(Duration::toSeconds)
                .max()
                .orElse(0));
    }

    void moved(TransactionState state) {
        registry.counter("tallystick.settlements", "state", state.word()).increment();
    }

    /** A channel made a claim fail. */
    void refused() {
        registry.counter("tallystick.settlement.claims.refused").increment();
    }
}
