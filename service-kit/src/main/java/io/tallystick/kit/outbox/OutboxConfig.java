package io.tallystick.kit.outbox;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How waiting messages are sent. */
@ConfigMapping(prefix = "tallystick.outbox")
public interface OutboxConfig {

    /** Most messages sent at once, and so the most that a crash can send twice. */
    @WithDefault("500")
    @Min(1) @Max(10_000) int batch();

    /** How often the table is looked at without a notification: the delay after a lost one. */
    @WithDefault("1s")
    Duration poll();

    /** Wait after a failure, and between two tries to become the relay. */
    @WithDefault("2s")
    Duration backoff();

    /** Longest that one batch may take to be acknowledged. */
    @WithDefault("30s")
    Duration timeout();
}
