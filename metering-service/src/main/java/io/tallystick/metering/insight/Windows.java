package io.tallystick.metering.insight;

import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The windows of an answer, without gaps, and the pieces of them that are read.
 *
 * @param bounds at least two, rising, whole UTC hours
 */
public record Windows(List<Instant> bounds) {
    /** Most windows of one answer. */
    public static final int MOST = 1000;

    public Windows {
        bounds = List.copyOf(bounds);
        if (bounds.size() < 2) {
            throw new IllegalArgumentException("no window in " + bounds);
        }
    }

    /** What cutting gave. */
    public sealed interface Cut {}

    public record Done(Windows windows) implements Cut {}

    public enum NotCut implements Cut {
        TOO_MANY,
        NOT_WHOLE_HOURS
    }

    /**
     * A part of a window that is kept as it is: spans in UTC from {@code from} to before {@code until}.
     *
     * @param window which one, from 0
     */
    public record Piece(int window, Span span, Instant from, Instant until) {}

    /** From {@code from} to {@code to}, where windows of {@code size} begin in the calendar of {@code zone}. */
    public static Cut cut(Instant from, Instant to, Span size, ZoneId zone) {
        var bounds = new ArrayList<>(List.of(from));
        for (var next = size.after(size.floor(from.atZone(zone)), 1);
                next.toInstant().isBefore(to);
                next = size.after(next, 1)) {
            if (bounds.size() >= MOST) {
                return NotCut.TOO_MANY;
            }
            // Where a clock goes back an hour begins twice.
            if (next.toInstant().isAfter(bounds.getLast())) {
                bounds.add(next.toInstant());
            }
        }
        bounds.add(to);
        return bounds.stream().allMatch(Windows::isWholeHour) ? new Done(new Windows(bounds)) : NotCut.NOT_WHOLE_HOURS;
    }

    /** One window. */
    public static Windows one(Instant from, Instant to) {
        return new Windows(List.of(from, to));
    }

    public static boolean isWholeHour(Instant time) {
        return time.equals(time.truncatedTo(ChronoUnit.HOURS));
    }

    /**
     * Each window as hours up to the first whole day, days up to the first whole month, months, days and hours.
     *
     * @param cuts whole hours that no piece reaches across, such as those from which on other prices hold
     */
    public List<Piece> pieces(Set<Instant> cuts) {
        var pieces = new ArrayList<Piece>();
        for (int window = 0; window + 1 < bounds.size(); window++) {
            var inner = new TreeSet<>(cuts).subSet(bounds.get(window), false, bounds.get(window + 1), false);
            var from = bounds.get(window);
            for (var cut : inner) {
                add(pieces, window, from, cut);
                from = cut;
            }
            add(pieces, window, from, bounds.get(window + 1));
        }
        return pieces;
    }

    private static void add(List<Piece> pieces, int window, Instant from, Instant until) {
        var firstDay = up(Span.DAY, from);
        var lastDay = Span.DAY.floor(until);
        if (firstDay.isAfter(lastDay)) {
            piece(pieces, window, Span.HOUR, from, until);
            return;
        }
        piece(pieces, window, Span.HOUR, from, firstDay);
        var firstMonth = up(Span.MONTH, firstDay);
        var lastMonth = Span.MONTH.floor(lastDay);
        if (firstMonth.isAfter(lastMonth)) {
            piece(pieces, window, Span.DAY, firstDay, lastDay);
        } else {
            piece(pieces, window, Span.DAY, firstDay, firstMonth);
            piece(pieces, window, Span.MONTH, firstMonth, lastMonth);
            piece(pieces, window, Span.DAY, lastMonth, lastDay);
        }
        piece(pieces, window, Span.HOUR, lastDay, until);
    }

    private static void piece(List<Piece> pieces, int window, Span span, Instant from, Instant until) {
        if (from.isBefore(until)) {
            pieces.add(new Piece(window, span, from, until));
        }
    }

    private static Instant up(Span span, Instant time) {
        var floor = span.floor(time);
        return floor.equals(time) ? time : span.after(floor);
    }

    public Instant start(int window) {
        return bounds.get(window);
    }

    public Instant end(int window) {
        return bounds.get(window + 1);
    }
}
