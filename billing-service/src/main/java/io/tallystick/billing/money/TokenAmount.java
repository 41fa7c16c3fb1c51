package io.tallystick.billing.money;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;

/**
 * An amount of one token, in the token's smallest unit (for USDC: 1 = 0.000001 USDC).
 *
 * <p>Always fits the contracts' {@code uint128}, so an amount that exists in Java can be settled on
 * chain.
 *
 * @param asset the token counted
 * @param units how many smallest units; {@code 0 <= units < 2^128}
 */
public record TokenAmount(Asset asset, BigInteger units) {

    /** Width of the contracts' amounts. */
    private static final int BITS = 128;

    /** The greatest number of units: {@code 2^128 - 1}. */
    public static final BigInteger MOST = BigInteger.TWO.pow(BITS).subtract(BigInteger.ONE);

    public TokenAmount {
        requireNonNull(asset, "asset");
        if (units.signum() < 0) {
            throw new IllegalArgumentException("units below zero: " + units);
        }
        if (units.bitLength() > BITS) {
            throw new IllegalArgumentException("units above uint128: " + units);
        }
    }

    public static TokenAmount zero(Asset asset) {
        return new TokenAmount(asset, BigInteger.ZERO);
    }

    public static TokenAmount of(Asset asset, long units) {
        return new TokenAmount(asset, BigInteger.valueOf(units));
    }

    public boolean isZero() {
        return units.signum() == 0;
    }

    public boolean exceeds(TokenAmount other) {
        return units.compareTo(sameAsset(other).units) > 0;
    }

    public TokenAmount plus(TokenAmount other) {
        return new TokenAmount(asset, units.add(sameAsset(other).units));
    }

    /** @throws IllegalArgumentException if {@code other} is greater: no amount is below zero */
    public TokenAmount minus(TokenAmount other) {
        return new TokenAmount(asset, units.subtract(sameAsset(other).units));
    }

    /** This amount less {@code other}, or zero if {@code other} is greater. */
    public TokenAmount minusOrZero(TokenAmount other) {
        return other.exceeds(this) ? zero(asset) : minus(other);
    }

    public TokenAmount lesser(TokenAmount other) {
        return exceeds(other) ? other : this;
    }

    public TokenAmount greater(TokenAmount other) {
        return other.exceeds(this) ? other : this;
    }

    private TokenAmount sameAsset(TokenAmount other) {
        if (!asset.equals(other.asset)) {
            throw new IllegalArgumentException("mixes " + asset.id() + " with " + other.asset.id());
        }
        return other;
    }
}
