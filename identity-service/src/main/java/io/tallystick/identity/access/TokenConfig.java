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
}
