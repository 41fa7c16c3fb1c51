package io.tallystick.metering.usage;

import static java.util.Objects.requireNonNull;

import io.tallystick.events.MeterAdvanced;
import io.tallystick.metering.meter.Quantity;

/**
 * Two totals that only rise; usage is their difference.
 *
 * <p>{@code 0 <= voided <= added}, here and in the table's check constraint.
 *
 * @param added all that was ever counted
 * @param voided what of it was taken back
 */
public record Series(SeriesKey key, Quantity added, Quantity voided) {

    public Series {
        requireNonNull(key, "key");
        if (voided.compareTo(added) > 0) {
            throw new IllegalArgumentException("voided " + voided + " exceeds added " + added);
        }
    }

    public static Series opened(SeriesKey key) {
        return new Series(key, Quantity.ZERO, Quantity.ZERO);
    }

    /** @throws IllegalArgumentException if more would be voided than was added */
    public Series plus(Movement movement) {
        return new Series(key, added.plus(movement.added()), voided.plus(movement.voided()));
    }

    public Quantity usage() {
        return added.minus(voided);
    }

    public MeterAdvanced toEvent() {
        return new MeterAdvanced(
                key.tenant(),
                key.subject(),
                key.meter(),
                key.dimensions(),
                key.hour(),
                key.funding(),
                added.toDecimal(),
                voided.toDecimal());
    }

    /** By how much the totals of a series rise. */
    public record Movement(Quantity added, Quantity voided) {
        public static final Movement NONE = new Movement(Quantity.ZERO, Quantity.ZERO);

        public static Movement ofAdded(Quantity quantity) {
            return new Movement(quantity, Quantity.ZERO);
        }

        public static Movement ofVoided(Quantity quantity) {
            return new Movement(Quantity.ZERO, quantity);
        }

        public Movement plus(Movement other) {
            return new Movement(added.plus(other.added), voided.plus(other.voided));
        }
    }
}
