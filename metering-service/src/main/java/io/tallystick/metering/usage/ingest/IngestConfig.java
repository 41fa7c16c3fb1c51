package io.tallystick.metering.usage.ingest;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** What one request may bring. */
@ConfigMapping(prefix = "tallystick.usage.ingest")
public interface IngestConfig {

    /** Largest body in bytes. */
    @WithDefault("4194304")
    @Min(65_536) @Max(10_485_760) int bodyBytes();

    /** Most events in one request. */
    @WithDefault("10000")
    @Min(1) @Max(100_000) int batch();

    /** Largest event in bytes; Kafka refuses records above 1 MiB unless told otherwise. */
    @WithDefault("65536")
    @Min(1_024) @Max(1_000_000) int eventBytes();
}
