package io.tallystick.identity.did.foreign;

import java.time.Duration;
import java.util.Set;

/**
 * What a fetch may do and take.
 *
 * @param ports those that a DID may name
 * @param loopback whether addresses of this machine will do
 * @param plainToLoopback whether they are asked without TLS
 * @param timeout for all of it, the wait for its turn included
 * @param atOnce how many fetches are under way
 * @param waiting how many more wait for their turn
 */
record FetchBounds(
        Set<Integer> ports, boolean loopback, boolean plainToLoopback, Duration timeout, int atOnce, int waiting) {
    /** As much as a log may have. */
    static final int MAX_BYTES = 1 << 20;

    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final int MAX_PORTS = 16;

    FetchBounds {
        ports = Set.copyOf(ports);
        if (ports.isEmpty() || ports.size() > MAX_PORTS || !ports.stream().allMatch(FetchBounds::isPort)) {
            throw new IllegalArgumentException("ports must be 1 to " + MAX_PORTS + " of 1 to 65535");
        }
        if (timeout.compareTo(SHORTEST) < 0 || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("the timeout must be 100 ms to 30 s");
        }
        if (atOnce < 1 || waiting < 0) {
            throw new IllegalArgumentException("at least one fetch must be possible");
        }
    }

    private static boolean isPort(int port) {
        return port >= 1 && port <= 65_535;
    }
}
