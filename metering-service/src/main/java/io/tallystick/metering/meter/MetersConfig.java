package io.tallystick.metering.meter;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What meters are like unless they say otherwise. */
@ConfigMapping(prefix = "tallystick.meters")
interface MetersConfig {

    /**
     * Smallest window that a new COUNT or SUM meter is kept by: HOUR or MINUTE. Minutes are rows of their own, written
     * in the transaction that counts.
     */
    @WithDefault("HOUR")
    Smallest windowSize();

    enum Smallest {
        HOUR,
        MINUTE
    }
}
