package io.tallystick.identity.credential.status;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * From when until when a signed list is valid. Told by the clock's ticks, not by when somebody asked, so that instances
 * that sign the same list sign the same text.
 *
 * @param maxAge for how long a reader may keep it
 * @param signedEvery how often it is signed again if nothing changes; valid for twice as long
 */
record ListTimes(Duration maxAge, Duration signedEvery) {
    private static final Duration LONGEST = Duration.ofHours(24);

    ListTimes {
        if (maxAge.compareTo(Duration.ofSeconds(1)) < 0
                || signedEvery.compareTo(Duration.ofMinutes(1)) < 0
                || signedEvery.compareTo(LONGEST) > 0
                || maxAge.compareTo(signedEvery) > 0) {
            throw new IllegalArgumentException("tallystick.identity.status-lists.signed-every must be 1 min to 24 h, "
                    + "and .max-age 1 s to as long as that");
        }
    }

    /** The tick that {@code now} is in, or when the list changed if that is later. */
    Instant from(Instant now, Instant changedAt) {
        var tick = tick(now);
        var changed = changedAt.truncatedTo(ChronoUnit.SECONDS);
        return changed.isAfter(tick) ? changed : tick;
    }

    /** At least {@link #signedEvery} ahead. */
    Instant until(Instant now) {
        return tick(now).plus(signedEvery.multipliedBy(2));
    }

    private Instant tick(Instant now) {
        long every = signedEvery.toSeconds();
        return Instant.ofEpochSecond(Math.floorDiv(now.getEpochSecond(), every) * every);
    }
}
