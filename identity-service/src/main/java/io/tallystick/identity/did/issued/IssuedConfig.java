package io.tallystick.identity.did.issued;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** How many DIDs are issued, and how much of their logs is kept in memory. */
@ConfigMapping(prefix = "tallystick.identity.issued")
interface IssuedConfig {

    /** DIDs of one tenant, deactivated ones included: a name is never given twice. */
    @WithDefault("100")
    @Min(1) @Max(10_000) int perTenant();

    /** Characters of the logs whose verification is remembered; about ten times that in memory. */
    @WithDefault("4194304")
    @Min(0) @Max(1 << 30) int maxKeptBytes();
}
