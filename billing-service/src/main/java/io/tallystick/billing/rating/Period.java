package io.tallystick.billing.rating;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What is billed at once: whole UTC hours, so that a period is a set of series.
 *
 * @param start first instant, a whole UTC hour
 * @param end first instant after it, a whole UTC hour
 */
public record Period(Instant start, Instant end) {

    public Period {
        requireWholeHour(start);
        requireWholeHour(end);
        if (!start.isBefore(end)) {
            throw new IllegalArgumentException("period ends at or before its start: " + start);
        }
    }

    static void requireWholeHour(Instant time) {
        if (!time.equals(time.truncatedTo(ChronoUnit.HOURS))) {
            throw new IllegalArgumentException("not a whole UTC hour: " + time);
        }
    }

    public boolean contains(Instant time) {
        return !time.isBefore(start) && time.isBefore(end);
    }

    public long hours() {
        return Duration.between(start, end).toHours();
    }

    /** How many of this period's hours lie in {@code [from, until)}. */
    long hoursWithin(Instant from, Instant until) {
        var first = from.isAfter(start) ? from : start;
        var last = until.isBefore(end) ? until : end;
        return first.isBefore(last) ? Duration.between(first, last).toHours() : 0;
    }
}
