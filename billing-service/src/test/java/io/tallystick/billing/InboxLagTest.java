package io.tallystick.billing;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class InboxLagTest {
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final InboxLag lag = new InboxLag(null, metrics);

    @Test
    void isNothingWhenAllIsRead() {
        lag.read("call-metered", Instant.now().minusSeconds(100));
        lag.waiting("call-metered", 0);

        assertThat(of("records", "call.metered")).isZero();
        assertThat(of("seconds", "call.metered")).isZero();
    }

    @Test
    void isTheAgeOfTheLastRecordReadWhileOthersWait() {
        lag.read("call-metered", Instant.now().minusSeconds(100));
        lag.waiting("call-metered", 7);

        assertThat(of("records", "call.metered")).isEqualTo(7);
        assertThat(of("seconds", "call.metered")).isBetween(100.0, 110.0);
        assertThat(of("records", "meter.advanced")).isZero();
    }

    private double of(String unit, String topic) {
        return metrics.get("tallystick.inbox.lag." + unit)
                .tag("topic", topic)
                .gauge()
                .value();
    }
}
