package io.tallystick.events;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A series moved: these are its two totals now, and its usage is {@code added - voided}.
 *
 * @param tenant the tenant whose meter it is
 * @param subject who consumed: a DID, or the tenant's own customer id
 * @param meter slug of the meter, or for calls the name of a token bucket
 * @param dimensions what the meter groups by, such as {@code model}; part of the series' identity
 * @param hour the UTC hour of the events' time
 * @param funding who pays; from the authenticated path, never from event data
 * @param added units ever counted; never falls, at least 0
 * @param voided units taken back by voided events; never falls, at most {@code added}
 */
public record MeterAdvanced(
        String tenant,
        String subject,
        String meter,
        Map<String, String> dimensions,
        Instant hour,
        Funding funding,
        BigDecimal added,
        BigDecimal voided)
        implements DomainEvent {

    public MeterAdvanced {
        requireNonNull(tenant, "tenant");
        requireNonNull(subject, "subject");
        requireNonNull(meter, "meter");
        requireNonNull(funding, "funding");
        dimensions = Map.copyOf(dimensions);
        if (!hour.equals(hour.truncatedTo(ChronoUnit.HOURS))) {
            throw new IllegalArgumentException("hour is not a whole UTC hour: " + hour);
        }
        if (voided.signum() < 0 || voided.compareTo(added) > 0) {
            throw new IllegalArgumentException("voided " + voided + " is not between 0 and added " + added);
        }
    }

    @Override
    public String key() {
        var sorted = new TreeMap<>(dimensions)
                .entrySet().stream()
                        .map(e -> DomainEvent.keyOf(e.getKey(), e.getValue()))
                        .collect(Collectors.joining(","));
        return DomainEvent.keyOf(tenant, subject, meter, hour.toString(), funding.name(), sorted);
    }
}
