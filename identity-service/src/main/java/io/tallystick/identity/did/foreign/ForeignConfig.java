package io.tallystick.identity.did.foreign;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Set;

/** Whether and how DIDs that others publish are fetched. */
@ConfigMapping(prefix = "tallystick.identity.foreign")
public interface ForeignConfig {

    /** Whether foreign did:web and did:webvh are resolved at all. */
    @WithDefault("false")
    boolean enabled();

    /** Ports that a DID may name, 16 at most. */
    @WithDefault("443")
    Set<Integer> ports();

    /** For one file (100 ms to 30 s), the wait for its turn included. */
    @WithDefault("5s")
    Duration timeout();

    /** Files that are fetched at once. */
    @WithDefault("16")
    @Min(1) @Max(256) int maxFetches();

    /** Files that wait for their turn. */
    @WithDefault("64")
    @Min(0) @Max(10_000) int maxWaiting();

    /** DIDs fetched in a minute, by this instance. */
    @WithDefault("300")
    @Min(1) @Max(100_000) int fetchesPerMinute();

    /** Of these, by one network address. */
    @WithDefault("30")
    @Min(1) @Max(100_000) int fetchesPerMinuteAndCaller();

    /** How long a DID that was found is kept, if its log's {@code ttl} is not shorter; 24 h at most. */
    @WithDefault("5m")
    Duration maxAge();

    /** How long it is kept that a DID was not found, or is none; 24 h at most. */
    @WithDefault("30s")
    Duration negativeMaxAge();

    /** Size of the files from which what is kept was read, and 1 KiB for each. In memory it is about ten times that. */
    @WithDefault("4194304")
    @Min(0) @Max(1L << 30) long maxKeptBytes();

    /** Logs of which the newest version is remembered, so that no older one is believed. */
    @WithDefault("10000")
    @Min(1) @Max(10_000_000) int maxRemembered();

    /** Whether names may lead to this very machine, which is then asked without TLS. Only in the profiles dev and test. */
    @WithDefault("false")
    boolean allowLoopback();

    /** @throws IllegalArgumentException if these cannot be */
    default FetchBounds fetchBounds() {
        return new FetchBounds(ports(), allowLoopback(), allowLoopback(), timeout(), maxFetches(), maxWaiting());
    }
}
