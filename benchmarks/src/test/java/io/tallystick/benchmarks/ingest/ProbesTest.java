package io.tallystick.benchmarks.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.benchmarks.ingest.Load.Plan;
import io.tallystick.benchmarks.ingest.Probes.Seen;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ProbesTest {

    @Test
    void aQuantileIsATimeThatWasSeen() {
        var seen = new Seen(LongStream.rangeClosed(1, 200)
                .map(i -> 201 - i)
                .mapToObj(Duration::ofMillis)
                .toList());

        assertThat(seen.quantile(0.5)).isEqualTo(Duration.ofMillis(100));
        assertThat(seen.quantile(0.99)).isEqualTo(Duration.ofMillis(198));
        assertThat(seen.quantile(1)).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void aPacedPlanIsDueByTheClock() {
        assertThat(new Plan(1, 1, Duration.ofSeconds(1), 10, 200).due(500_000_000))
                .isEqualTo(100);
        assertThat(new Plan(1, 1, Duration.ofSeconds(1), 10).due(1)).isEqualTo(Double.MAX_VALUE);
    }
}
