package io.tallystick.metering.gateway.stream;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How long a stream waits, and how much of it is kept.
 *
 * @param idle the longest the model server may send nothing
 * @param stalled the longest the client may take nothing
 * @param longest a whole stream
 * @param eventBytes one event: the most that is kept of an answer
 */
public record StreamLimits(Duration idle, Duration stalled, Duration longest, int eventBytes) {

    public StreamLimits {
        requireNonNull(idle, "idle");
        requireNonNull(stalled, "stalled");
        requireNonNull(longest, "longest");
        if (!idle.isPositive() || !stalled.isPositive() || !longest.isPositive() || eventBytes < 1) {
            throw new IllegalArgumentException("limits below one");
        }
    }
}
