package io.tallystick.billing.rating;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.Ratio;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;

/**
 * One line of a rate card: what a meter costs where its dimensions have these values.
 *
 * @param meter a meter's slug, or for calls the name of a token bucket
 * @param dimensions the values a series must have; others it may have as it likes. None: any series of the meter
 * @param pricing how the quantity is priced
 * @param minimumUnits token units, {@code >= 0}: the least that a whole period costs in which the entry was used at all
 */
public record PriceEntry(String meter, Map<String, String> dimensions, Pricing pricing, BigInteger minimumUnits) {

    public PriceEntry {
        requireNonNull(pricing, "pricing");
        if (meter.isBlank()) {
            throw new IllegalArgumentException("a price needs a meter");
        }
        if (minimumUnits.signum() < 0) {
            throw new IllegalArgumentException("minimum below zero: " + minimumUnits);
        }
        dimensions = Map.copyOf(dimensions);
    }

    boolean matches(String otherMeter, Map<String, String> values) {
        return meter.equals(otherMeter) && values.entrySet().containsAll(dimensions.entrySet());
    }

    /** Is there a series that both match, and neither more closely? */
    boolean ambiguousWith(PriceEntry other) {
        return meter.equals(other.meter)
                && dimensions.size() == other.dimensions.size()
                && dimensions.entrySet().stream()
                        .allMatch(e -> e.getValue().equals(other.dimensions.getOrDefault(e.getKey(), e.getValue())));
    }

    /**
     * What a quantity costs when the entry held for {@code hours} of a period of {@code periodHours}. The minimum is
     * shared out by the hours, so that a new version in mid-period does not ask for it twice.
     */
    Ratio costOf(BigDecimal quantity, long hours, long periodHours) {
        if (quantity.signum() == 0) {
            return Ratio.ZERO;
        }
        var cost = pricing.costOf(quantity);
        var least = new Ratio(minimumUnits.multiply(BigInteger.valueOf(hours)), BigInteger.valueOf(periodHours));
        return cost.compareTo(least) < 0 ? least : cost;
    }
}
