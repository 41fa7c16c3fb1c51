package io.tallystick.billing.chain.abi;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.signature.ChannelConfig;
import io.tallystick.billing.signature.Signature;
import java.math.BigInteger;

/**
 * A voucher, and the total to claim under it.
 *
 * @param maxClaimableAmount the voucher's ceiling, in token units; fits uint128
 * @param signature the payer's, over the voucher
 * @param totalClaimed the channel's total once this row is claimed; at most the ceiling
 */
public record ClaimRow(
        ChannelConfig channel, BigInteger maxClaimableAmount, Signature signature, BigInteger totalClaimed) {

    public ClaimRow {
        requireNonNull(channel, "channel");
        requireNonNull(signature, "signature");
        if (maxClaimableAmount.bitLength() > 128 || totalClaimed.compareTo(maxClaimableAmount) > 0) {
            throw new IllegalArgumentException("total above the voucher: " + totalClaimed + ", " + maxClaimableAmount);
        }
        if (totalClaimed.signum() < 0) {
            throw new IllegalArgumentException("total below zero: " + totalClaimed);
        }
    }
}
