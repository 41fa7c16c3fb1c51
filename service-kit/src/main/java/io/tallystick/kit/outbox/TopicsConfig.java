package io.tallystick.kit.outbox;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.Optional;

/** The topics of this installation. */
@ConfigMapping(prefix = "tallystick.topics")
public interface TopicsConfig {

    /** Put before every topic's name, so that several installations share a broker. None by default. */
    Optional<String> prefix();

    /** Partitions of a topic that this service creates. Raising it later moves keys: choose it for the years. */
    @WithDefault("4")
    @Min(1) @Max(1024) int partitions();

    /** Copies of each partition; -1 takes the broker's default. */
    @WithDefault("-1")
    @Min(-1) @Max(16) short replication();

    /** Copies that must have a record before it is acknowledged; -1 for 2 of three or more, else the broker's default. */
    @WithDefault("-1")
    @Min(-1) @Max(16) int minInsyncReplicas();

    /** {@code min.insync.replicas} of a topic that this service creates; empty for the broker's default. */
    default Optional<Integer> insyncReplicas() {
        if (minInsyncReplicas() > 0) {
            return Optional.of(minInsyncReplicas());
        }
        return replication() >= 3 ? Optional.of(2) : Optional.empty();
    }
}
