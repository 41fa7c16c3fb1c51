package io.tallystick.metering.usage.event;

import java.time.Duration;
import java.time.Instant;

/**
 * How far an event's time may be from its arrival. Arrival is when the broker appended it, so that a replay of the log
 * decides as the first reading did.
 *
 * @param past the memory of events: an older one could be a copy that was forgotten; at least 32 days
 * @param ahead for senders whose clock runs fast; at most 1 hour
 */
public record ArrivalWindow(Duration past, Duration ahead) {
    public static final Duration LEAST_PAST = Duration.ofDays(32);

    public ArrivalWindow {
        if (past.compareTo(LEAST_PAST) < 0 || past.compareTo(Duration.ofDays(39)) > 0) {
            throw new IllegalArgumentException("the memory is 32 to 39 days, below the log's 40: " + past);
        }
        if (ahead.isNegative() || ahead.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("ahead is 0 to 60 minutes: " + ahead);
        }
    }

    /** Where an event's time lies. */
    public enum Place {
        WITHIN,
        TOO_OLD,
        AHEAD
    }

    public Place place(Instant time, Instant arrival) {
        if (time.isBefore(arrival.minus(past))) {
            return Place.TOO_OLD;
        }
        return time.isAfter(arrival.plus(ahead)) ? Place.AHEAD : Place.WITHIN;
    }

    /** What must hold of an event's time, for an error's text. */
    public String rule() {
        return "must be at most " + past.toDays() + " days before and " + ahead.toMinutes() + " minutes after arrival";
    }
}
