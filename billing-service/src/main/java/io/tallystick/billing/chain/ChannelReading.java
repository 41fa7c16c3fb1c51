package io.tallystick.billing.chain;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.util.function.ToIntFunction;

/**
 * What the batch-settlement contract said of one channel at one block.
 *
 * @param block the block it was read at
 * @param balance deposits less refunds and withdrawals; claims do not lower it
 * @param totalClaimed the running total claimed
 * @param withdrawRequestedAtSeconds when the payer asked to leave, in Unix seconds; 0 if it did not
 * @param refundNonce how many refunds there were
 */
public record ChannelReading(
        long block,
        BigInteger balance,
        BigInteger totalClaimed,
        long withdrawRequestedAtSeconds,
        BigInteger refundNonce) {

    public ChannelReading {
        requireNonNull(refundNonce, "refundNonce");
        if (block < 0 || balance.signum() < 0 || totalClaimed.signum() < 0 || withdrawRequestedAtSeconds < 0) {
            throw new IllegalArgumentException("a reading below zero");
        }
    }

    /**
     * This reading, without what the balance rose by since it was {@code before}, if that is much.
     *
     * @param before the balance at a block that is deep enough for a large deposit
     * @param depthOf how deep a deposit of so many units has to be
     */
    ChannelReading withoutRise(BigInteger before, ToIntFunction<BigInteger> depthOf) {
        var rise = balance.subtract(before);
        return rise.signum() <= 0 || depthOf.applyAsInt(rise) == 0
                ? this
                : new ChannelReading(block, before, totalClaimed, withdrawRequestedAtSeconds, refundNonce);
    }
}
