package io.tallystick.metering.usage.counting;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.metering.usage.counting.Arrival.DeadLetter;
import io.tallystick.metering.usage.counting.Arrival.Reason;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UsageMetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final UsageMetrics metrics = new UsageMetrics(registry);

    @Test
    void countsWhatATransactionDid() {
        var at = new LogRecord(0, 1, Instant.EPOCH, Map.of(), new byte[0]);
        var letter = new DeadLetter(at, Reason.CONFLICT, "acme", "/s", "1", "/id", "taken");

        metrics.committed(new UsageBatches.Outcome(5, 3, 2, 1, List.of(letter)));

        assertThat(count("tallystick.usage.counted")).isEqualTo(5);
        assertThat(count("tallystick.usage.duplicates")).isEqualTo(2);
        assertThat(count("tallystick.usage.voided")).isEqualTo(1);
        assertThat(registry.get("tallystick.usage.dead.letters")
                        .tag("reason", "conflict")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void isBehindBySecondsAndRecordsUntilAllIsRead() {
        metrics.behind(0, Instant.now().minusSeconds(100));
        metrics.waiting(0, 40);
        metrics.waiting(1, 2);

        assertThat(gauge("tallystick.usage.lag")).isBetween(100.0, 110.0);
        assertThat(gauge("tallystick.usage.lag.records")).isEqualTo(42);

        metrics.caughtUp(0);
        metrics.released(List.of(0, 1));
        assertThat(gauge("tallystick.usage.lag")).isZero();
        assertThat(gauge("tallystick.usage.lag.records")).isZero();
    }

    @Test
    void showsAPartitionThatIsNotReadUntilItIsReadAgain() {
        metrics.stopped(3, "gone");
        assertThat(gauge("tallystick.usage.partitions.stopped")).isEqualTo(1);

        metrics.resumed(List.of(3));
        assertThat(gauge("tallystick.usage.partitions.stopped")).isZero();
    }

    private double count(String name) {
        return registry.get(name).counter().count();
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }
}
