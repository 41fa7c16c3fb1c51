package io.tallystick.benchmarks.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.benchmarks.ingest.Counted.Totals;
import org.junit.jupiter.api.Test;

class CountedTest {

    @Test
    void exactIsEveryEventOnceWithItsTokens() {
        assertThat(new Totals(10, 10, 70, 0).exactly(10, 70)).isTrue();
    }

    @Test
    void anythingElseIsNot() {
        assertThat(new Totals(9, 9, 70, 0).exactly(10, 70)).as("one is missing").isFalse();
        assertThat(new Totals(10, 9, 70, 0).exactly(10, 70))
                .as("one is there twice")
                .isFalse();
        assertThat(new Totals(10, 10, 71, 0).exactly(10, 70)).as("another sum").isFalse();
        assertThat(new Totals(10, 10, 70, 1).exactly(10, 70))
                .as("a dead letter")
                .isFalse();
    }
}
