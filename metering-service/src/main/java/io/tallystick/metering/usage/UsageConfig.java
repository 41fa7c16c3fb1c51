package io.tallystick.metering.usage;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.tallystick.metering.usage.event.ArrivalWindow;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How the usage log is read, and how long what was read is remembered. */
@ConfigMapping(prefix = "tallystick.usage")
public interface UsageConfig {

    /** Oldest an event may be when it arrives, and how long its id is remembered at least: 32 to 39 days. */
    @WithDefault("32d")
    Duration memory();

    /** How far an event's time may lie ahead of its arrival: 0 to 1 hour. */
    @WithDefault("5m")
    Duration ahead();

    /**
     * How long one part of the memory is written before it is closed; closed parts are dropped when old. With the memory
     * at least two days less than {@link #keepDays}.
     */
    @WithDefault("8d")
    Duration claimEpoch();

    /** Days that counted events and dead letters are kept; at least 60, so that whatever is remembered can be voided. */
    @WithDefault("90")
    @Min(60) @Max(36_500) int keepDays();

    /** Threads that read the log in this instance: 0 for one that only takes events in; more than partitions are idle. */
    @WithDefault("2")
    @Min(0) @Max(64) int consumers();

    /** Most events counted in one transaction. */
    @WithDefault("2000")
    @Min(1) @Max(10_000) int batch();

    /** Longest that one statement may take before its batch is tried again. */
    @WithDefault("30s")
    Duration statementTimeout();

    /** Wait after a batch that failed. */
    @WithDefault("1s")
    Duration backoff();

    /** Largest record of the log that is read; a bigger one was not written by this service. */
    @WithDefault("1048576")
    @Min(65_536) @Max(16_777_216) int recordBytes();

    /** How often a reader says of which partitions all is read, and looks again at those that stopped. */
    @WithDefault("30s")
    Duration lookAround();

    default ArrivalWindow window() {
        return new ArrivalWindow(memory(), ahead());
    }

    /**
     * That an event's record is kept longer than its id is remembered, so that whatever is remembered can be voided.
     *
     * @throws IllegalArgumentException if it is not
     */
    default void requireRecordsForVoids() {
        var remembered = window().past().plus(ahead()).plus(claimEpoch()).plus(Duration.ofDays(2));
        if (!claimEpoch().isPositive() || remembered.compareTo(Duration.ofDays(keepDays())) > 0) {
            throw new IllegalArgumentException("tallystick.usage: memory " + memory() + " and claim-epoch "
                    + claimEpoch() + " are to come to less than keep-days " + keepDays() + " by two days");
        }
    }
}
