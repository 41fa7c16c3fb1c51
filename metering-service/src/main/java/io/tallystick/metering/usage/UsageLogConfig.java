package io.tallystick.metering.usage;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How events are written to the usage log. */
@ConfigMapping(prefix = "tallystick.usage.log")
public interface UsageLogConfig {

    /** Most bytes, keys and headers included, that wait for Kafka's acknowledgement; above it senders are asked to come back. */
    @WithDefault("67108864")
    @Min(1_048_576) @Max(1_073_741_824) long inFlightBytes();

    /** Longest wait for an acknowledgement, tries included; then the sender is told that Kafka does not answer. */
    @WithDefault("10s")
    Duration deliveryTimeout();

    /** How long a Kafka batch waits to be filled: more events per write against a later answer. */
    @WithDefault("2ms")
    Duration linger();

    /** When a sender that found Kafka unavailable or full may come back. */
    @WithDefault("2s")
    Duration retryAfter();
}
