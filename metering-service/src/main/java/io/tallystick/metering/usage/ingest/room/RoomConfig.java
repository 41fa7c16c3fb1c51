package io.tallystick.metering.usage.ingest.room;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How much of all requests' bodies is held at once. */
@ConfigMapping(prefix = "tallystick.usage.ingest.room")
public interface RoomConfig {

    /** Most bytes of bodies from when they are read until they are answered; one tenant may have half of them. */
    @WithDefault("33554432")
    @Min(8_388_608) @Max(1_073_741_824) long bytes();

    /** Most requests that wait unread; more are asked to come back at once. */
    @WithDefault("1000")
    @Min(0) @Max(100_000) int waiting();

    /** Longest that one waits for room, unread; then it is asked to come back. */
    @WithDefault("2s")
    Duration longestWait();

    /** Longest that a body above 64 KiB takes to arrive once there is room for it. */
    @WithDefault("15s")
    Duration bodyTimeout();

    /** When a sender that found no room may come back. */
    @WithDefault("2s")
    Duration retryAfter();
}
