package io.tallystick.metering.insight;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

/** Lengths of time that usage and revenue are kept by, in UTC, and that answers are cut into, in any zone. */
public enum Span {
    HOUR {
        @Override
        public ZonedDateTime floor(ZonedDateTime time) {
            return time.truncatedTo(ChronoUnit.HOURS);
        }

        @Override
        public ZonedDateTime after(ZonedDateTime start, long times) {
            return start.plusHours(times);
        }
    },
    DAY {
        @Override
        public ZonedDateTime floor(ZonedDateTime time) {
            return time.toLocalDate().atStartOfDay(time.getZone());
        }

        @Override
        public ZonedDateTime after(ZonedDateTime start, long times) {
            return start.toLocalDate().plusDays(times).atStartOfDay(start.getZone());
        }
    },
    /** Begins on Monday. */
    WEEK {
        @Override
        public ZonedDateTime floor(ZonedDateTime time) {
            return time.toLocalDate()
                    .with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
                    .atStartOfDay(time.getZone());
        }

        @Override
        public ZonedDateTime after(ZonedDateTime start, long times) {
            return start.toLocalDate().plusWeeks(times).atStartOfDay(start.getZone());
        }
    },
    MONTH {
        @Override
        public ZonedDateTime floor(ZonedDateTime time) {
            return time.toLocalDate().withDayOfMonth(1).atStartOfDay(time.getZone());
        }

        @Override
        public ZonedDateTime after(ZonedDateTime start, long times) {
            return start.toLocalDate().plusMonths(times).atStartOfDay(start.getZone());
        }
    };

    /** Start of the span that {@code time} lies in, by the calendar of its zone. */
    public abstract ZonedDateTime floor(ZonedDateTime time);

    /** Start of the span that is so many after the one that starts at {@code start}; a day may have 23 or 25 hours. */
    public abstract ZonedDateTime after(ZonedDateTime start, long times);

    /** Start of the span in UTC that {@code time} lies in. */
    public Instant floor(Instant time) {
        return floor(time.atZone(ZoneOffset.UTC)).toInstant();
    }

    /** Start of the next one in UTC. */
    public Instant after(Instant start) {
        return after(start, 1);
    }

    /** Start of the one in UTC that is so many later. */
    public Instant after(Instant start, long times) {
        return after(start.atZone(ZoneOffset.UTC), times).toInstant();
    }

    /** The word for columns. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
