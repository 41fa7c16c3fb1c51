package io.tallystick.kit.problem;

import java.util.LinkedHashMap;

/**
 * Lets each caller through at a steady rate, and a burst at once. Remembers a bounded number of callers: the one longest
 * not seen is forgotten first, which at worst gives it a new burst.
 */
public final class RateLimit {
    static final int MAX_CALLERS = 10_000;

    private static final long NANOS = 1_000_000_000L;

    /** When the caller's bucket will be full again, on the clock of {@code System.nanoTime()}. */
    private final LinkedHashMap<String, Long> fullAt = new LinkedHashMap<>(16, 0.75f, true);

    private final long nanosPerRequest;
    private final long burstNanos;

    public RateLimit(int requestsPerSecond, int burst) {
        this.nanosPerRequest = NANOS / requestsPerSecond;
        this.burstNanos = nanosPerRequest * burst;
    }

    /**
     * Takes one request from the caller's bucket.
     *
     * @param nanoTime a clock that only rises
     * @return whether there was one to take
     */
    public synchronized boolean allows(String caller, long nanoTime) {
        var known = fullAt.get(caller);
        var full = known == null || known - nanoTime < 0 ? nanoTime : known;
        var allowed = full + nanosPerRequest - nanoTime <= burstNanos;

        fullAt.put(caller, allowed ? full + nanosPerRequest : full);
        if (fullAt.size() > MAX_CALLERS) {
            fullAt.remove(fullAt.firstEntry().getKey());
        }
        return allowed;
    }

    synchronized int callers() {
        return fullAt.size();
    }
}
