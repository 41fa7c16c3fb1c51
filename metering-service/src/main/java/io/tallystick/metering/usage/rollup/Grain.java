package io.tallystick.metering.usage.rollup;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Length of a cell. */
public enum Grain {
    HOUR(ChronoUnit.HOURS),
    MINUTE(ChronoUnit.MINUTES);

    private final ChronoUnit unit;

    Grain(ChronoUnit unit) {
        this.unit = unit;
    }

    Instant floor(Instant time) {
        return time.truncatedTo(unit);
    }
}
