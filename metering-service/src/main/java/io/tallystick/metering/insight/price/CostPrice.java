package io.tallystick.metering.insight.price;

import static java.util.Objects.requireNonNull;

import io.tallystick.metering.insight.Windows;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;

/**
 * What a unit of a meter costs the provider from an hour on: {@code units} token units per {@code per} meter units.
 *
 * @param meter slug of the meter, or {@link #GAS}
 * @param model the model that it is for, or the network of {@link #GAS}; empty for each that has none of its own
 * @param from a whole UTC hour
 * @param asset what is counted, as a CAIP-19 asset type
 * @param units token units, at least 0; 0 says that it is known to cost nothing
 * @param per a power of ten up to 10^18, so that every cost is a decimal that ends
 */
public record CostPrice(String meter, String model, Instant from, String asset, BigInteger units, BigInteger per) {
    /** Stands for a meter: the smallest unit of a chain's own coin, which settling is paid with. No meter has this slug. */
    public static final String GAS = "gas-wei";

    /** Most digits of {@link #units}: what fits a token's amount, and its column. */
    static final int UNIT_DIGITS = 38;

    /** Highest power of ten that {@link #per} may be. */
    static final int PER_POWER = 18;

    public CostPrice {
        requireNonNull(meter, "meter");
        requireNonNull(model, "model");
        requireNonNull(asset, "asset");
        if (!Windows.isWholeHour(from)) {
            throw new IllegalArgumentException("not a whole UTC hour: " + from);
        }
        if (units.signum() < 0 || units.toString().length() > UNIT_DIGITS) {
            throw new IllegalArgumentException("units out of bounds: " + units);
        }
        if (!per.toString().matches("10{0," + PER_POWER + "}")) {
            throw new IllegalArgumentException("not a power of ten up to 10^18: " + per);
        }
    }

    /** Token units per meter unit, exactly. */
    public BigDecimal rate() {
        return new BigDecimal(units).movePointLeft(per.toString().length() - 1);
    }
}
