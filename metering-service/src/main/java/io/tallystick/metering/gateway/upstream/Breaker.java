package io.tallystick.metering.gateway.upstream;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.OptionalLong;

/**
 * Whether an upstream is asked at all. Closed, it is; open, it is not, for a time; then half open: one call tries it,
 * and what becomes of that call closes it or opens it for longer.
 */
final class Breaker {

    /**
     * When it opens, and for how long.
     *
     * @param failures one after the other
     * @param window how many of the last results are looked at
     * @param percent of the window that failed; looked at once the window is full
     * @param openFor the first time; twice as long after each probe that failed
     * @param mostOpenFor bounds that, and what an upstream says in {@code Retry-After}
     * @param probeFor after which a probe that nobody heard of again is given up
     */
    record Limits(int failures, int window, int percent, Duration openFor, Duration mostOpenFor, Duration probeFor) {
        Limits {
            if (failures < 1 || window < 1 || percent < 1 || percent > 100) {
                throw new IllegalArgumentException("limits below one");
            }
            if (!openFor.isPositive() || openFor.compareTo(mostOpenFor) > 0 || !probeFor.isPositive()) {
                throw new IllegalArgumentException("set open-for above zero and not above most-open-for");
            }
        }
    }

    enum State {
        CLOSED,
        HALF_OPEN,
        OPEN
    }

    private static final int MOST_DOUBLINGS = 16;

    private final Limits limits;
    private final BitSet failed;
    private State state = State.CLOSED;
    /** While open: its end. While half open: when the probe is given up. */
    private Instant until = Instant.MIN;
    /** Rises with each change, so that a call that began before it says nothing about what is after it. */
    private long period;

    private int results;
    private int consecutive;
    private int reopened;

    Breaker(Limits limits) {
        this.limits = requireNonNull(limits, "limits");
        failed = new BitSet(limits.window());
    }

    /** The permission to ask, to be handed back with the result; empty if it is not to be asked. */
    synchronized OptionalLong admit(Instant now) {
        if (state == State.CLOSED) {
            return OptionalLong.of(period);
        }
        if (now.isBefore(until)) {
            return OptionalLong.empty();
        }
        state = State.HALF_OPEN;
        until = now.plus(limits.probeFor());
        return OptionalLong.of(++period);
    }

    synchronized void succeeded(long permission) {
        if (permission != period) {
            return;
        }
        if (state == State.HALF_OPEN) {
            close();
        } else {
            consecutive = 0;
            remember(false);
        }
    }

    synchronized void failed(long permission, Instant now) {
        if (permission != period) {
            return;
        }
        if (state == State.HALF_OPEN) {
            reopened = Math.min(reopened + 1, MOST_DOUBLINGS);
            open(limits.openFor().multipliedBy(1L << reopened), now);
            return;
        }
        consecutive++;
        remember(true);
        if (consecutive >= limits.failures() || isMostlyFailing()) {
            open(limits.openFor(), now);
        }
    }

    /** The upstream asked to be left alone for {@code wait}. */
    synchronized void paused(long permission, Duration wait, Instant now) {
        if (permission == period) {
            open(wait, now);
        }
    }

    /** The call said nothing about the upstream. */
    synchronized void unknown(long permission, Instant now) {
        if (permission == period && state == State.HALF_OPEN) {
            until = now;
        }
    }

    synchronized State state(Instant now) {
        return state == State.OPEN && !now.isBefore(until) ? State.HALF_OPEN : state;
    }

    /** How long it is not asked from now on; zero if it is. */
    synchronized Duration closedFor(Instant now) {
        return state == State.CLOSED || !now.isBefore(until) ? Duration.ZERO : Duration.between(now, until);
    }

    private void close() {
        state = State.CLOSED;
        period++;
        reopened = 0;
        forget();
    }

    private void open(Duration wait, Instant now) {
        state = State.OPEN;
        period++;
        until = now.plus(wait.compareTo(limits.mostOpenFor()) < 0 ? wait : limits.mostOpenFor());
        forget();
    }

    private void forget() {
        consecutive = 0;
        results = 0;
        failed.clear();
    }

    private void remember(boolean failure) {
        failed.set(results % limits.window(), failure);
        // Stays above the window, so that it tells a full one, and never overflows.
        results = results + 1 < 2 * limits.window() ? results + 1 : limits.window();
    }

    private boolean isMostlyFailing() {
        return results >= limits.window() && failed.cardinality() * 100L >= (long) limits.percent() * limits.window();
    }
}
