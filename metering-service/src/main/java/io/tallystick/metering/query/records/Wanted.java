package io.tallystick.metering.query.records;

import static java.util.Objects.requireNonNull;

import io.tallystick.metering.usage.event.EventKey;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * Which records are wanted. An empty text is for any.
 *
 * @param from of the event's time
 * @param to exclusive
 */
record Wanted(
        String tenant,
        Optional<Instant> from,
        Optional<Instant> to,
        String subject,
        String source,
        String id,
        String type) {
    /** Furthest that an event's time lies ahead of the day it is counted. */
    private static final Duration AHEAD = Duration.ofDays(1);

    Wanted {
        requireNonNull(tenant, "tenant");
        requireNonNull(from, "from");
        requireNonNull(to, "to");
    }

    /** No record of an earlier day is wanted. */
    LocalDate firstDay() {
        return from.map(time -> LocalDate.ofInstant(time.minus(AHEAD), ZoneOffset.UTC))
                .orElse(LocalDate.EPOCH);
    }

    /** The one event, if one is named. */
    Optional<EventKey> event() {
        return source.isEmpty() || id.isEmpty() ? Optional.empty() : Optional.of(EventKey.of(tenant, source, id));
    }
}
