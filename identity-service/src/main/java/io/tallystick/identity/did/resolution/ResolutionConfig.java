package io.tallystick.identity.did.resolution;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** How often DIDs may be resolved: everyone may ask. */
@ConfigMapping(prefix = "tallystick.identity.resolution")
interface ResolutionConfig {

    /** Of one network address, by this instance. */
    @WithDefault("200")
    @Min(1) @Max(100_000) int requestsPerSecond();

    /** Requests that an address may send at once. */
    @WithDefault("1000")
    @Min(1) @Max(100_000) int burst();
}
