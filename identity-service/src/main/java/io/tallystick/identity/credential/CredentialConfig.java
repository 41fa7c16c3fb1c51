package io.tallystick.identity.credential;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** How many credentials there may be that have not expired. */
@ConfigMapping(prefix = "tallystick.identity.credentials")
interface CredentialConfig {

    /** Of one tenant, revoked ones included: a place in a status list is never given twice. */
    @WithDefault("10000")
    @Min(1) @Max(1_000_000) int perTenant();

    /** Of one identity with one tenant, revoked ones not included. Revoking it revokes them in one transaction. */
    @WithDefault("20")
    @Min(1) @Max(1_000) int perIdentity();
}
