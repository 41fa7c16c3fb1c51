package io.tallystick.metering.usage.event;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;

/**
 * An event's time as it is written. What most senders write, whole or split seconds of UTC, is read without the JDK's parser,
 * which takes longer than all the rest of an event.
 */
final class EventTime {
    private static final String SHAPE = "0000-00-00T00:00:00";
    private static final int SECONDS_OF_DAY = 86_400;
    /** Days that each month has; the others are the JDK's to judge. */
    private static final int DAYS_OF_EACH_MONTH = 28;

    private EventTime() {}

    /** @throws DateTimeException if it is not an RFC 3339 time */
    static Instant parse(String text) {
        return isPlain(text) ? plain(text) : OffsetDateTime.parse(text).toInstant();
    }

    /** Whether it is {@value #SHAPE}, then up to nine digits of a second, then {@code Z}, and each number is in bounds. */
    private static boolean isPlain(String text) {
        int end = text.length() - 1;
        if (end < SHAPE.length() || end > SHAPE.length() + 10 || text.charAt(end) != 'Z') {
            return false;
        }
        for (int i = 0; i < SHAPE.length(); i++) {
            if (SHAPE.charAt(i) == '0' ? !isDigit(text.charAt(i)) : text.charAt(i) != SHAPE.charAt(i)) {
                return false;
            }
        }
        if (end > SHAPE.length() && (text.charAt(SHAPE.length()) != '.' || end == SHAPE.length() + 1)) {
            return false;
        }
        for (int i = SHAPE.length() + 1; i < end; i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        int month = number(text, 5, 7);
        int day = number(text, 8, 10);
        return month >= 1
                && month <= 12
                && day >= 1
                && day <= DAYS_OF_EACH_MONTH
                && number(text, 11, 13) < 24
                && number(text, 14, 16) < 60
                && number(text, 17, 19) < 60;
    }

    private static Instant plain(String text) {
        var day = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10));
        var seconds = number(text, 11, 13) * 3_600 + number(text, 14, 16) * 60 + number(text, 17, 19);
        int digits = Math.max(0, text.length() - 2 - SHAPE.length());
        int nanos = number(text, text.length() - 1 - digits, text.length() - 1);
        for (int i = digits; i < 9; i++) {
            nanos *= 10;
        }
        return Instant.ofEpochSecond(day.toEpochDay() * SECONDS_OF_DAY + seconds, nanos);
    }

    private static boolean isDigit(char at) {
        return at >= '0' && at <= '9';
    }

    private static int number(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            number = number * 10 + text.charAt(i) - '0';
        }
        return number;
    }
}
