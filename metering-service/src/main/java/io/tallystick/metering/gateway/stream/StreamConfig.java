package io.tallystick.metering.gateway.stream;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How long streams wait. */
@ConfigMapping(prefix = "tallystick.gateway.stream")
public interface StreamConfig {

    /** The longest a model server may send nothing in the middle of an answer. */
    @WithDefault("60s")
    Duration idleTimeout();

    /** The longest a client may take nothing of what is ready for it. */
    @WithDefault("30s")
    Duration stallTimeout();

    /** The longest stream. Shorter than billing keeps a hold ({@code tallystick.payment.longest-hold}). */
    @WithDefault("30m")
    Duration longest();

    /** Most bytes of one event. */
    @WithDefault("1048576")
    @Min(1024) @Max(16_777_216) int maxEventBytes();

    default StreamLimits limits() {
        return new StreamLimits(idleTimeout(), stallTimeout(), longest(), maxEventBytes());
    }
}
