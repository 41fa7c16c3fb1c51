package io.tallystick.identity.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** How long access tokens live, and how often they are asked for. */
@ConfigMapping(prefix = "tallystick.identity.token")
public interface TokenConfig {

    /** Life of an access token, in seconds. Also how long a service may trust one without hearing of identity. */
    @WithDefault("300")
    @Min(30) @Max(300) int lifetimeSeconds();

    /** Requests per second that one network address may make in the long run; each costs a signature check. */
    @WithDefault("100")
    @Min(1) @Max(100_000) int requestsPerSecond();

    /** Requests that one network address may make at once, before the rate holds it. */
    @WithDefault("400")
    @Min(1) @Max(100_000) int burst();

    /** Access tokens per second that one DID may ask for in the long run, and four seconds' of them at once. */
    @WithDefault("50")
    @Min(1) @Max(100_000) int requestsPerSecondAndDid();

    /** Access tokens per second that all together may ask for of one tenant, and four seconds' of them at once. */
    @WithDefault("500")
    @Min(1) @Max(100_000) int requestsPerSecondAndTenant();
}
