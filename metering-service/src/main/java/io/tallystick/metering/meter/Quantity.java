package io.tallystick.metering.meter;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How much was used: an exact decimal, counted in whole billionths of a billionth (10^-18).
 *
 * <p>One event reports less than 10^20 with at most 18 decimals. A total stays below 10^38, so that it fits the series'
 * {@code numeric(56, 18)} and the events that carry it.
 *
 * @param attos units of 10^-18; {@code 0 <= attos < 10^56}
 */
public record Quantity(BigInteger attos) implements Comparable<Quantity> {
    /** Decimals that are kept; more are refused, never rounded. */
    public static final int DECIMALS = 18;

    /** Digits before the point of one event's value. */
    public static final int EVENT_DIGITS = 20;

    /** What {@link #reported} accepts, for an error's text. */
    public static final String RULE = "must be a number of at least 0 and below 10^20, with at most 18 decimals";

    // Before the constants: their constructor looks at it.
    private static final BigInteger BOUND = BigInteger.TEN.pow(38 + DECIMALS);

    public static final Quantity ZERO = new Quantity(BigInteger.ZERO);
    public static final Quantity ONE = new Quantity(BigInteger.TEN.pow(DECIMALS));

    private static final int LONGEST = 64;
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?");

    public Quantity {
        requireNonNull(attos, "attos");
        if (attos.signum() < 0 || attos.compareTo(BOUND) >= 0) {
            throw new IllegalArgumentException("quantity is not within 0 and 10^38");
        }
    }

    /** The value that an event reports, as a JSON number or a string that holds one; empty if {@link #RULE} is broken. */
    public static Optional<Quantity> reported(String text) {
        if (text.length() > LONGEST || !NUMBER.matcher(text).matches()) {
            return Optional.empty();
        }
        var value = new BigDecimal(text).stripTrailingZeros();
        if (value.signum() < 0 || value.scale() > DECIMALS || value.precision() - value.scale() > EVENT_DIGITS) {
            return Optional.empty();
        }
        return Optional.of(of(value));
    }

    /**
     * @throws ArithmeticException if it has more than 18 decimals
     * @throws IllegalArgumentException if it is negative or not below 10^38
     */
    public static Quantity of(BigDecimal value) {
        return new Quantity(value.setScale(DECIMALS).unscaledValue());
    }

    /** @throws IllegalArgumentException if the sum is not below 10^38 */
    public Quantity plus(Quantity other) {
        return new Quantity(attos.add(other.attos));
    }

    /** @throws IllegalArgumentException if {@code other} is greater */
    public Quantity minus(Quantity other) {
        return new Quantity(attos.subtract(other.attos));
    }

    public boolean isZero() {
        return attos.signum() == 0;
    }

    /** The same number without trailing zeros; its scale is 0 to 18. */
    public BigDecimal toDecimal() {
        var value = new BigDecimal(attos, DECIMALS).stripTrailingZeros();
        return value.scale() < 0 ? value.setScale(0) : value;
    }

    @Override
    public int compareTo(Quantity other) {
        return attos.compareTo(other.attos);
    }

    /** Plain decimal, without exponent or trailing zeros. */
    @Override
    public String toString() {
        return toDecimal().toPlainString();
    }
}
