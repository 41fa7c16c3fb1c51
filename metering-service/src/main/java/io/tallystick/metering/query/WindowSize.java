package io.tallystick.metering.query;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;

/** Length of a window. */
enum WindowSize {
    MINUTE {
        @Override
        ZonedDateTime floor(ZonedDateTime time) {
            return time.truncatedTo(ChronoUnit.MINUTES);
        }

        @Override
        ZonedDateTime after(ZonedDateTime start) {
            return start.plusMinutes(1);
        }
    },
    HOUR {
        @Override
        ZonedDateTime floor(ZonedDateTime time) {
            return time.truncatedTo(ChronoUnit.HOURS);
        }

        @Override
        ZonedDateTime after(ZonedDateTime start) {
            return start.plusHours(1);
        }
    },
    DAY {
        @Override
        ZonedDateTime floor(ZonedDateTime time) {
            return time.toLocalDate().atStartOfDay(time.getZone());
        }

        @Override
        ZonedDateTime after(ZonedDateTime start) {
            return start.toLocalDate().plusDays(1).atStartOfDay(start.getZone());
        }
    },
    MONTH {
        @Override
        ZonedDateTime floor(ZonedDateTime time) {
            return time.toLocalDate().withDayOfMonth(1).atStartOfDay(time.getZone());
        }

        @Override
        ZonedDateTime after(ZonedDateTime start) {
            return start.toLocalDate().plusMonths(1).atStartOfDay(start.getZone());
        }
    };

    abstract ZonedDateTime floor(ZonedDateTime time);

    /** Start of the next window: by the calendar of the zone, where a day may have 23 or 25 hours. */
    abstract ZonedDateTime after(ZonedDateTime start);

    Instant floor(Instant time, ZoneId zone) {
        return floor(time.atZone(zone)).toInstant();
    }
}
