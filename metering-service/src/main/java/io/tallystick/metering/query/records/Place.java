package io.tallystick.metering.query.records;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where among the records a page ends: what is older comes with the next. */
record Place(LocalDate day, long id) {
    static final Place NEWEST = new Place(LocalDate.of(9999, 1, 1), Long.MAX_VALUE);

    private static final Pattern TEXT = Pattern.compile("([0-9]{4}-[0-9]{2}-[0-9]{2})\\.([0-9]{1,18})");

    static Optional<Place> parse(String text) {
        var parts = TEXT.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Place(LocalDate.parse(parts.group(1)), Long.parseLong(parts.group(2), 10)));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    boolean isBefore(Place other) {
        return day.equals(other.day) ? id < other.id : day.isBefore(other.day);
    }

    @Override
    public String toString() {
        return day + "." + id;
    }
}
