package io.tallystick.kit.database;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** The waits for the database, so that one which hangs holds no request for ever. */
@ConfigMapping(prefix = "tallystick.database")
public interface DatabaseConfig {

    /** Longest wait for a connection, new or given back by another request. */
    @WithDefault("5s")
    Duration acquireTimeout();

    /** Requests that may wait for a connection at once; above it they are answered 503. */
    @WithDefault("1000")
    @Min(1) @Max(100_000) int queue();

    /** Longest that a statement may run; then the database ends it. */
    @WithDefault("30s")
    Duration statementTimeout();

    /** Longest that a connection may bring nothing; then it is given up. More than any statement takes. */
    @WithDefault("60s")
    Duration silence();
}
