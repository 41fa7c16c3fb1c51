package io.tallystick.metering.insight.feed;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How insight follows what metering and billing say. */
@ConfigMapping(prefix = "tallystick.insight")
interface InsightConfig {

    /** Whether this instance reads. One that does not still answers. */
    @WithDefault("true")
    boolean reads();

    /** Most events taken in in one transaction. */
    @WithDefault("500")
    @Min(1) @Max(5000) int batch();

    /** Longest that one statement may take before its batch is tried again. */
    @WithDefault("30s")
    Duration statementTimeout();

    /** Wait after a batch that failed. */
    @WithDefault("1s")
    Duration backoff();

    /** How often partitions that stopped are looked at again. */
    @WithDefault("30s")
    Duration lookAround();

    /** Days that a capture is remembered, so that it counts once; more than the 40 days that its topic keeps it. */
    @WithDefault("60")
    @Min(41) @Max(3650) int captureDays();
}
