package io.tallystick.metering.usage.importing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** What one request of an import may bring. */
@ConfigMapping(prefix = "tallystick.usage.import")
public interface ImportConfig {

    /** Largest body in bytes once it is decompressed. On the wire the server's own limit of a body holds. */
    @WithDefault("268435456")
    @Min(1_048_576) @Max(4_294_967_296L) long expandedBytes();

    /** Requests that bring imports at the same time in one instance; each takes a thread. */
    @WithDefault("4")
    @Min(1) @Max(16) int atOnce();

    /** Imports of one tenant; each is remembered for ever. */
    @WithDefault("10000")
    @Min(1) @Max(1_000_000) int perTenant();
}
