package io.tallystick.identity.credential.status;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How status lists are filled, kept and asked for. */
@ConfigMapping(prefix = "tallystick.identity.status-lists")
interface StatusListConfig {

    /** Credentials of one list; it has room for 131,072, and a quarter stays free. */
    @WithDefault("98304")
    @Min(1) @Max(98_304) int credentials();

    /** How long a reader may keep a list: so long after a revocation others may still believe the credential. */
    @WithDefault("1m")
    Duration maxAge();

    /** How often a list is signed again if nothing changes. It is valid for twice as long. */
    @WithDefault("10m")
    Duration signedEvery();

    /** Requests that one address may make in the long run. */
    @WithDefault("50")
    @Min(1) @Max(100_000) int requestsPerSecond();

    /** Requests that one address may make at once. */
    @WithDefault("200")
    @Min(1) @Max(100_000) int burst();

    default ListTimes times() {
        return new ListTimes(maxAge(), signedEvery());
    }
}
