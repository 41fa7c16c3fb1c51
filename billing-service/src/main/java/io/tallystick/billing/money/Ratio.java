package io.tallystick.billing.money;

import java.math.BigInteger;

/**
 * A number of token units that need not be whole: what a quantity costs before it is rounded.
 *
 * <p>Kept in lowest terms, so equal costs are equal records.
 *
 * @param numerator {@code >= 0}
 * @param denominator {@code > 0}
 */
public record Ratio(BigInteger numerator, BigInteger denominator) implements Comparable<Ratio> {

    public static final Ratio ZERO = new Ratio(BigInteger.ZERO, BigInteger.ONE);

    public Ratio {
        if (numerator.signum() < 0) {
            throw new IllegalArgumentException("numerator below zero: " + numerator);
        }
        if (denominator.signum() <= 0) {
            throw new IllegalArgumentException("denominator not above zero: " + denominator);
        }
        var common = numerator.gcd(denominator);
        numerator = numerator.divide(common);
        denominator = denominator.divide(common);
    }

    public static Ratio whole(BigInteger units) {
        return new Ratio(units, BigInteger.ONE);
    }

    public Ratio plus(Ratio other) {
        return new Ratio(
                numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
                denominator.multiply(other.denominator));
    }

    public Ratio times(BigInteger factor) {
        return new Ratio(numerator.multiply(factor), denominator);
    }

    /** The whole units in it: rounded down. */
    public BigInteger floor() {
        return numerator.divide(denominator);
    }

    /** The fewest whole units that cover it: rounded up. */
    public BigInteger ceiling() {
        var parts = numerator.divideAndRemainder(denominator);
        return parts[1].signum() == 0 ? parts[0] : parts[0].add(BigInteger.ONE);
    }

    /** What {@link #floor} leaves behind: {@code 0 <= fraction < 1}. */
    public Ratio fraction() {
        return new Ratio(numerator.mod(denominator), denominator);
    }

    @Override
    public int compareTo(Ratio other) {
        return numerator.multiply(other.denominator).compareTo(other.numerator.multiply(denominator));
    }
}
