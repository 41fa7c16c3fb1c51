package io.tallystick.identity.apikey;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** How many API keys there may be, and how long each lives. */
@ConfigMapping(prefix = "tallystick.identity.api-keys")
public interface ApiKeyConfig {

    /** Keys that hold, of one identity with one tenant. */
    @WithDefault("20")
    @Min(1) @Max(1_000) int perIdentity();

    /** Keys that hold, of one tenant. Every service has all of them in memory. */
    @WithDefault("1000")
    @Min(1) @Max(10_000) int perTenant();

    /** Longest life of a key, in days; a key for which none is asked has it. */
    @WithDefault("365")
    @Min(1) @Max(3_650) int maxLifetimeDays();
}
