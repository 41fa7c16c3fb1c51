package io.tallystick.identity.grant;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** How many spend grants there may be. */
@ConfigMapping(prefix = "tallystick.identity.grants")
public interface GrantConfig {

    /** Grants that hold or will hold, of one client with one tenant, those that were passed on included. */
    @WithDefault("1000")
    @Min(1) @Max(10_000) int perClient();

    /** Grants below one grant of a client, itself included. Revoking it revokes them in one transaction. */
    @WithDefault("100")
    @Min(1) @Max(1_000) int treeSize();
}
