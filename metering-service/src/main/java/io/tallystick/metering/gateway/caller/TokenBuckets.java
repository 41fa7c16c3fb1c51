package io.tallystick.metering.gateway.caller;

import java.util.LinkedHashMap;

/**
 * One bucket of tokens for each name, as large as what the name may use in a minute, and filled up evenly. A call takes
 * the most that it can use and gives back what it did not. A bounded number of names is remembered: the one longest not
 * seen is forgotten first, which at worst gives it a full bucket.
 */
final class TokenBuckets {
    static final int MAX_NAMES = 50_000;

    /** Times are counted in microseconds: 10^9 tokens times a minute's nanoseconds would not fit a long. */
    private static final long MINUTE = 60_000_000;

    private static final long NANOS = 1_000;

    /** When the name's bucket will be full again, on the clock of {@code System.nanoTime()}, in microseconds. */
    private final LinkedHashMap<String, Long> fullAt = new LinkedHashMap<>(16, 0.75f, true);

    /** What became of the wish to take tokens. */
    sealed interface Taking {
        /** They are taken. */
        record Taken() implements Taking {}

        /** There are too few now. */
        record TooSoon(long secondsToWait) implements Taking {}

        /** There are never so many. */
        record TooMany() implements Taking {}
    }

    /**
     * Takes tokens from a bucket, or none.
     *
     * @param perMinute the bucket's size, above zero
     * @param nanoTime a clock that only rises
     */
    synchronized Taking take(String name, long tokens, long perMinute, long nanoTime) {
        if (tokens > perMinute) {
            return new Taking.TooMany();
        }
        var now = nanoTime / NANOS;
        var missing = missing(name, now);
        var after = missing + Math.ceilDiv(tokens * MINUTE, perMinute);
        if (after > MINUTE) {
            keep(name, now + missing);
            return new Taking.TooSoon(Math.ceilDiv(after - MINUTE, 1_000_000L));
        }
        keep(name, now + after);
        return new Taking.Taken();
    }

    /** Puts back what was taken and not used. */
    synchronized void giveBack(String name, long tokens, long perMinute, long nanoTime) {
        var now = nanoTime / NANOS;
        keep(name, now + Math.max(0, missing(name, now) - tokens * MINUTE / perMinute));
    }

    synchronized int names() {
        return fullAt.size();
    }

    private long missing(String name, long now) {
        var full = fullAt.get(name);
        return full == null ? 0 : Math.max(0, full - now);
    }

    private void keep(String name, long full) {
        fullAt.put(name, full);
        if (fullAt.size() > MAX_NAMES) {
            fullAt.remove(fullAt.firstEntry().getKey());
        }
    }
}
