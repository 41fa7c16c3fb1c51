package io.tallystick.metering.usage;

import static java.util.Objects.requireNonNull;

import io.tallystick.events.Funding;
import io.tallystick.metering.usage.event.Fingerprint;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What a series counts.
 *
 * @param hour a whole UTC hour: the one that the events' time lies in
 * @param funding from the authenticated path, never from an event's data
 */
public record SeriesKey(
        String tenant,
        String subject,
        String meter,
        SortedMap<String, String> dimensions,
        Instant hour,
        Funding funding) {

    public SeriesKey {
        requireNonNull(tenant, "tenant");
        requireNonNull(subject, "subject");
        requireNonNull(meter, "meter");
        requireNonNull(funding, "funding");
        dimensions = Collections.unmodifiableSortedMap(new TreeMap<>(dimensions));
        if (!hour.equals(hour.truncatedTo(ChronoUnit.HOURS))) {
            throw new IllegalArgumentException("not a whole UTC hour: " + hour);
        }
    }

    /** The series' name in the database. */
    public UUID id() {
        List<String> parts = new ArrayList<>(List.of(tenant, subject, meter, hour.toString(), funding.name()));
        dimensions.forEach((name, value) -> {
            parts.add(name);
            parts.add(value);
        });
        return Fingerprint.of(parts.toArray(String[]::new));
    }
}
