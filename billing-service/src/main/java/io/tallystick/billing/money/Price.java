package io.tallystick.billing.money;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * What usage costs: so many token units for so many meter units.
 *
 * @param amount token units for {@code per} meter units; may be zero
 * @param per meter units, {@code > 0}
 */
public record Price(TokenAmount amount, BigInteger per) {

    public Price {
        requireNonNull(amount, "amount");
        if (per.signum() <= 0) {
            throw new IllegalArgumentException("per not above zero: " + per);
        }
    }

    /**
     * The exact cost of a quantity. Nothing is rounded here: rounding is done once, on a total.
     *
     * @param quantity meter units, {@code >= 0}; a decimal, since a meter may sum decimals
     */
    public Ratio of(BigDecimal quantity) {
        var scale = Math.max(quantity.scale(), 0);
        var unscaled = quantity.setScale(scale).unscaledValue();

        return new Ratio(amount.units().multiply(unscaled), per.multiply(BigInteger.TEN.pow(scale)));
    }

    public Ratio of(long quantity) {
        return of(BigDecimal.valueOf(quantity));
    }
}
