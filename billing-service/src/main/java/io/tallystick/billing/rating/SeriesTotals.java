package io.tallystick.billing.rating;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;

/**
 * The highest totals seen of one of an account's series.
 *
 * @param meter the meter's slug
 * @param dimensions what the meter groups by
 * @param hour the UTC hour of the events' time
 * @param added units ever counted
 * @param voided units taken back, {@code <= added}
 */
public record SeriesTotals(
        String meter, Map<String, String> dimensions, Instant hour, BigDecimal added, BigDecimal voided) {

    public SeriesTotals {
        requireNonNull(meter, "meter");
        Period.requireWholeHour(hour);
        dimensions = Map.copyOf(dimensions);
        if (voided.signum() < 0 || voided.compareTo(added) > 0) {
            throw new IllegalArgumentException("voided " + voided + " is not between 0 and added " + added);
        }
    }

    /** Each total keeps the higher value: an old or repeated message changes nothing. */
    public SeriesTotals follow(BigDecimal newAdded, BigDecimal newVoided) {
        return new SeriesTotals(meter, dimensions, hour, added.max(newAdded), voided.max(newVoided));
    }

    public BigDecimal usage() {
        return added.subtract(voided);
    }
}
