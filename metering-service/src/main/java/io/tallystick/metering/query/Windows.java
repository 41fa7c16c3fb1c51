package io.tallystick.metering.query;

import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The windows of a query, without gaps: each one ends where the next begins.
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
        return new Windows(bounds);
    }

    /** Whether hours of UTC can be put into them: not where a zone is half an hour off. */
    boolean ofWholeHours() {
        return bounds.stream().allMatch(Windows::isWholeHour);
    }

    /** Those that begin at {@code oldest} or later; none if there is no such. */
    Optional<Windows> from(Instant oldest) {
        var kept = bounds.stream().filter(bound -> !bound.isBefore(oldest)).toList();
        return kept.size() < 2 ? Optional.empty() : Optional.of(new Windows(kept));
    }

    static boolean isWholeHour(Instant time) {
        return time.equals(time.truncatedTo(ChronoUnit.HOURS));
    }

    static boolean isWholeMinute(Instant time) {
        return time.equals(time.truncatedTo(ChronoUnit.MINUTES));
    }

    Instant start(int window) {
        return bounds.get(window);
    }

    Instant end(int window) {
        return bounds.get(window + 1);
    }
}
