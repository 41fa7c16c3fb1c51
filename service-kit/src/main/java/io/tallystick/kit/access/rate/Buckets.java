package io.tallystick.kit.access.rate;

import java.util.LinkedHashMap;

/**
 * One bucket of requests for each name. It holds as many as the name may make in a minute, and fills up evenly. A bounded
 * number of names is remembered: the one longest not seen is forgotten first, which at worst gives it a full bucket.
 */
public final class Buckets {
    static final int MAX_NAMES = 50_000;

    private static final long MINUTE_NANOS = 60_000_000_000L;

    /** When the name's bucket will be full again, on the clock of {@code System.nanoTime()}. */
    private final LinkedHashMap<String, Long> fullAt = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * What was left after a request.
     *
     * @param allowed whether there was one to take
     * @param limit how many there are in a minute
     * @param left how many may be made at once now
     * @param nanosToNext how long until there is one more
     */
    public record Taken(boolean allowed, int limit, int left, long nanosToNext) {
        /** In whole seconds, rounded up: who waits so long is not too early. */
        public long secondsToNext() {
            return Math.max(1, Math.ceilDiv(nanosToNext, 1_000_000_000L));
        }
    }

    /**
     * Takes one request from a bucket.
     *
     * @param perMinute the bucket's size, above zero
     * @param nanoTime a clock that only rises
     */
    synchronized Taken take(String name, int perMinute, long nanoTime) {
        var nanosPerRequest = Math.max(1, MINUTE_NANOS / perMinute);
        var known = fullAt.get(name);
        var missing = known == null ? 0 : Math.max(0, known - nanoTime);
        var size = nanosPerRequest * perMinute;
        var allowed = missing + nanosPerRequest <= size;
        var after = allowed ? missing + nanosPerRequest : missing;

        fullAt.put(name, nanoTime + after);
        if (fullAt.size() > MAX_NAMES) {
            fullAt.remove(fullAt.firstEntry().getKey());
        }
        var left = (int) Math.max(0, (size - after) / nanosPerRequest);
        var toNext = after == 0 ? 0 : nanosPerRequest - Math.floorMod(size - after, nanosPerRequest);
        return new Taken(allowed, perMinute, left, toNext);
    }

    synchronized int names() {
        return fullAt.size();
    }
}
