package io.tallystick.metering.query;

import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * The windows of a query, without gaps: each one ends where the next begins, at a whole UTC hour.
 *
 * @param bounds at least two, rising
 */
record Windows(List<Instant> bounds) implements Cut {
    /** Most windows of one query. */
    static final int MOST = 10_000;

    Windows {
        bounds = List.copyOf(bounds);
    }

    /** One window. */
    static Windows one(Instant from, Instant to) {
        return new Windows(List.of(from, to));
    }

    /** The windows of {@code zone}'s calendar that {@code from} (inclusive) to {@code to} (exclusive) lie in. */
    static Cut cut(Instant from, Instant to, WindowSize size, ZoneId zone) {
        var bounds = new ArrayList<Instant>();
        var bound = size.floor(from.atZone(zone));
        bounds.add(bound.toInstant());
        while (bound.toInstant().isBefore(to)) {
            if (bounds.size() > MOST) {
                return NotCut.TOO_MANY;
            }
            bound = size.after(bound);
            bounds.add(bound.toInstant());
        }
        return bounds.stream().allMatch(Windows::isWholeHour) ? new Windows(bounds) : NotCut.NOT_WHOLE_HOURS;
    }

    static boolean isWholeHour(Instant time) {
        return time.equals(time.truncatedTo(ChronoUnit.HOURS));
    }

    Instant start(int window) {
        return bounds.get(window);
    }

    Instant end(int window) {
        return bounds.get(window + 1);
    }
}
