package io.tallystick.metering.usage.rollup;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** How much is kept beside the series. */
@ConfigMapping(prefix = "tallystick.rollup")
public interface RollupConfig {

    /** Days of the past of which minutes are kept. */
    @WithDefault("35")
    @Min(1) @Max(366) int minuteDays();

    /**
     * Different values that one cell of UNIQUE_COUNT holds; then it takes no new ones and its count is a least one. Looked
     * at once a batch, so that a cell may come to hold a batch more.
     */
    @WithDefault("10000")
    @Min(1) @Max(1_000_000) int uniqueValues();

    /** Earliest time whose minutes are kept. */
    default Instant minutesFrom(LocalDate today) {
        return today.minusDays(minuteDays()).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
