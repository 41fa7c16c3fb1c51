package io.tallystick.kit.access.rate;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** How often a tenant may call. */
@ConfigMapping(prefix = "tallystick.access.rate")
public interface RateConfig {

    /**
     * Requests per minute of all callers of one tenant, at each instance. The default is what an instance can answer at
     * most: it keeps one tenant from the whole of it only if it is set lower.
     */
    @WithDefault("3000000")
    @Min(1) @Max(60_000_000) int tenantRequestsPerMinute();
}
