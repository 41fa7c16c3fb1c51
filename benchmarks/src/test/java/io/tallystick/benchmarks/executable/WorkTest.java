package io.tallystick.benchmarks.executable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WorkTest {

    @Test
    void isARateAndACost() {
        var work = new Work(3_000, Duration.ofSeconds(2), Duration.ofMillis(1_500), 0);

        assertThat(work.perSecond()).isEqualTo(1_500);
        assertThat(work.cpuMicrosPerOperation()).isEqualTo(500);
    }

    @Test
    void isNothingWithoutOperations() {
        assertThatThrownBy(() -> new Work(0, Duration.ofSeconds(2), Duration.ZERO, 0))
                .hasMessageContaining("no measurement");
    }
}
