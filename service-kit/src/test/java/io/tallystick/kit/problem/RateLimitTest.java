package io.tallystick.kit.problem;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {
    private static final long SECOND = 1_000_000_000L;

    private final RateLimit rate = new RateLimit(10, 3);

    @Test
    void letsABurstThroughAndThenTheRate() {
        assertThat(allowed("a", 0, 5)).isEqualTo(3);
        assertThat(allowed("a", SECOND / 10, 5)).isEqualTo(1);
        assertThat(allowed("a", SECOND * 10, 5)).isEqualTo(3);
    }

    @Test
    void holdsOneCallerAndNotAnother() {
        assertThat(allowed("a", 0, 5)).isEqualTo(3);
        assertThat(allowed("b", 0, 5)).isEqualTo(3);
    }

    @Test
    void doesNotMindAClockThatBeganBelowZero() {
        assertThat(allowed("a", Long.MIN_VALUE + 5, 5)).isEqualTo(3);
        assertThat(allowed("a", Long.MIN_VALUE + SECOND * 10, 5)).isEqualTo(3);
    }

    @Test
    void remembersABoundedNumberOfCallers() {
        for (int i = 0; i < RateLimit.MAX_CALLERS + 500; i++) {
            rate.allows("caller" + i, 0);
        }

        assertThat(rate.callers()).isEqualTo(RateLimit.MAX_CALLERS);
    }

    private long allowed(String caller, long nanoTime, int times) {
        long allowed = 0;
        for (int i = 0; i < times; i++) {
            if (rate.allows(caller, nanoTime)) {
                allowed++;
            }
        }
        return allowed;
    }
}
