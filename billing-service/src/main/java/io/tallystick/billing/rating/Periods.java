package io.tallystick.billing.rating;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;

/** How a provider divides time into periods. */
public sealed interface Periods {

    /** The period that {@code time} lies in. */
    Period at(Instant time);

    /** Reads {@link #text}: {@code P1M}, or {@code PT1H} to {@code PT8760H}. */
    static Periods parse(String text) {
        return text.equals("P1M") ? new CalendarMonths() : Hours.parse(text);
    }

    /** The ISO 8601 duration of a period. */
    String text();

    /** Months of the UTC calendar. */
    record CalendarMonths() implements Periods {
        @Override
        public Period at(Instant time) {
            var month = YearMonth.from(time.atOffset(ZoneOffset.UTC));
            return new Period(startOf(month), startOf(month.plusMonths(1)));
        }

        private static Instant startOf(YearMonth month) {
            return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
        }

        @Override
        public String text() {
            return "P1M";
        }
    }

    /**
     * Periods of equal length, counted from 1970-01-01T00:00Z.
     *
     * @param count hours in a period, 1 to {@value #MAX}
     */
    record Hours(int count) implements Periods {
        public static final int MAX = 8760;

        public Hours {
            if (count < 1 || count > MAX) {
                throw new IllegalArgumentException("a period has 1 to " + MAX + " hours, not " + count);
            }
        }

        @Override
        public Period at(Instant time) {
            var seconds = 3600L * count;
            var start = Math.floorDiv(time.getEpochSecond(), seconds) * seconds;
            return new Period(Instant.ofEpochSecond(start), Instant.ofEpochSecond(start + seconds));
        }

        @Override
        public String text() {
            return "PT" + count + "H";
        }

        private static Hours parse(String text) {
            if (!text.matches("PT[1-9][0-9]{0,3}H")) {
                throw new IllegalArgumentException("not a period: P1M or PT<hours>H expected, not " + text);
            }
            return new Hours(Integer.parseInt(text.substring(2, text.length() - 1)));
        }
    }
}
