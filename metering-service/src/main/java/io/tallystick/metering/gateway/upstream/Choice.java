package io.tallystick.metering.gateway.upstream;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The upstreams that one call may go to, one after the other. Each is tried once, and none after the call's time is
 * over.
 */
public final class Choice {
    private final Iterator<Leg> legs;
    private final Instant deadline;
    private int triesLeft;

    /**
     * @param legs in the order in which they are tried
     * @param mostTries of them; those that let no call in are none
     */
    Choice(List<Leg> legs, int mostTries, Instant deadline) {
        this.legs = List.copyOf(legs).iterator();
        this.deadline = deadline;
        triesLeft = mostTries;
    }

    /** @param model what the upstream calls the model */
    record Leg(Door door, String model) {}

    /**
     * An upstream that let the call in.
     *
     * @param longest the longest its whole answer may take
     * @param wholeTime whether that is the upstream's own time, not what is left of the call's
     */
    record Try(Upstream upstream, Door.Pass pass, String model, Duration longest, boolean wholeTime) {}

    /** The next upstream that lets the call in; empty if there is none, or tries or time are used up. */
    synchronized Optional<Try> next(Instant now) {
        var left = Duration.between(now, deadline);
        while (triesLeft > 0 && left.isPositive() && legs.hasNext()) {
            var leg = legs.next();
            var pass = leg.door().enter(now);
            if (pass.isPresent()) {
                triesLeft--;
                return Optional.of(attempt(leg, pass.get(), left));
            }
        }
        return Optional.empty();
    }

    private static Try attempt(Leg leg, Door.Pass pass, Duration left) {
        var own = leg.door().upstream().timeout();
        var whole = own.compareTo(left) <= 0;
        return new Try(leg.door().upstream(), pass, leg.model(), whole ? own : left, whole);
    }
}
