package io.tallystick.kit.access.topic;

import java.time.Duration;
import java.time.Instant;

/** How far one of identity's topics was read, and how far it should have been. */
public final class TopicView {
    private long revision;
    private long announced;
    private Instant heardAt = Instant.EPOCH;
    private Instant behindSince = Instant.MAX;

    /** An event of this revision was applied. @return whether it is the newest so far */
    public boolean reached(long eventRevision) {
        var newer = eventRevision > revision;
        revision = Math.max(revision, eventRevision);
        if (revision >= announced) {
            behindSince = Instant.MAX;
        }
        return newer;
    }

    /**
     * A heartbeat said that the topic goes so far.
     *
     * @param time when it was sent
     * @return whether it is newer than those before; one that is not proves nothing
     */
    public boolean heard(long announcedRevision, Instant time, Instant now) {
        var later = announcedRevision > announced || (announcedRevision == announced && time.isAfter(heardAt));
        if (!later) {
            return false;
        }
        announced = announcedRevision;
        heardAt = heardAt.isAfter(time) ? heardAt : time;
        if (revision < announced && behindSince.equals(Instant.MAX)) {
            behindSince = now;
        }
        return true;
    }

    public Instant heardAt() {
        return heardAt;
    }

    /** Time since the newest heartbeat; {@link Duration#ZERO} at best. */
    public Duration age(Instant now) {
        return heardAt.isAfter(now) ? Duration.ZERO : Duration.between(heardAt, now);
    }

    /** How long an announced event has been missing; zero when none is. */
    public Duration behindFor(Instant now) {
        return behindSince.isAfter(now) ? Duration.ZERO : Duration.between(behindSince, now);
    }

    /** Whether what was read is recent and whole. */
    public boolean fresh(Instant now, Duration maxSilence, Duration maxLag) {
        return age(now).compareTo(maxSilence) <= 0 && behindFor(now).compareTo(maxLag) <= 0;
    }
}
