package io.tallystick.billing.chain;

import java.math.BigInteger;

/**
 * What is offered for each gas (EIP-1559).
 *
 * @param maxFeeWei most that is paid for each gas, base fee and tip together, in wei
 * @param tipWei most of it that goes to the block's maker, in wei; {@code tipWei <= maxFeeWei}
 */
public record Fees(BigInteger maxFeeWei, BigInteger tipWei) {
    private static final BigInteger EIGHT = BigInteger.valueOf(8);
    private static final BigInteger NINE = BigInteger.valueOf(9);

    public Fees {
        if (tipWei.signum() < 0 || tipWei.compareTo(maxFeeWei) > 0) {
            throw new IllegalArgumentException("tip outside 0 to the fee: " + tipWei + ", " + maxFeeWei);
        }
    }

    /**
     * Twice the base fee plus the tip, so that the offer stands for five full blocks: the base fee rises by at most
     * 12.5 % a block.
     *
     * @param cap most that may be offered; the offer is cut to it
     */
    public static Fees offer(BigInteger baseFeeWei, BigInteger tipWei, BigInteger cap) {
        var fee = baseFeeWei.shiftLeft(1).add(tipWei).min(cap);
        return new Fees(fee, tipWei.min(fee));
    }

    /**
     * Both fees raised by an eighth, rounded up, which is the least that nodes accept in place of a waiting transaction;
     * and at least {@code offer}. May lie above the cap: the caller asks {@link #within}.
     */
    public Fees raised(Fees offer) {
        return new Fees(raised(maxFeeWei).max(offer.maxFeeWei), raised(tipWei).max(offer.tipWei));
    }

    public boolean within(BigInteger cap) {
        return maxFeeWei.compareTo(cap) <= 0;
    }

    private static BigInteger raised(BigInteger fee) {
        return fee.multiply(NINE)
                .add(EIGHT)
                .subtract(BigInteger.ONE)
                .divide(EIGHT)
                .max(fee.add(BigInteger.ONE));
    }
}
