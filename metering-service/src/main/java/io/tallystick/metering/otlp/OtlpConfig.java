package io.tallystick.metering.otlp;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;

/** What one request of an exporter may bring. */
@ConfigMapping(prefix = "tallystick.otlp")
public interface OtlpConfig {

    /** Largest body in bytes, once it is decompressed. */
    @WithDefault("4194304")
    @Min(65_536) @Max(67_108_864) int bodyBytes();

    /** Most spans or points in one request. */
    @WithDefault("10000")
    @Min(1) @Max(100_000) int batch();

    /** Cumulative counters of one tenant that are remembered, each with its attributes and start. */
    @WithDefault("50000")
    @Min(1) @Max(10_000_000) int streams();
}
