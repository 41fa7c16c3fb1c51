package io.tallystick.benchmarks.executable;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {

    @Test
    void hasTheMiddleOneOfAnOddNumber() {
        assertThat(Spread.of(List.of(90.0, 80.0, 300.0))).isEqualTo(new Spread(90, 80, 300));
    }

    @Test
    void liesBetweenTheTwoMiddleOnesOfAnEvenNumber() {
        assertThat(Spread.of(List.of(90.0, 80.0, 300.0, 100.0)).median()).isEqualTo(95);
    }

    @Test
    void saysWholeNumbers() {
        assertThat(new Spread(1_234.4, 80.2, 10_000.6).text()).isEqualTo("1,234 (80–10,001)");
    }
}
