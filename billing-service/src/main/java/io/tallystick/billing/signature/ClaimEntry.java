package io.tallystick.billing.signature;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;

/**
 * One row of a claim batch as the receiver's authorizer signs it.
 *
 * @param maxClaimableAmount the voucher's ceiling in token units; fits uint128
 * @param totalClaimed the channel's running total claimed with this row, in token units; fits uint128
 */
public record ClaimEntry(ChannelId channelId, BigInteger maxClaimableAmount, BigInteger totalClaimed) {

    public ClaimEntry {
        requireNonNull(channelId, "channelId");
        Words.requireUint(maxClaimableAmount, 128, "maxClaimableAmount");
        Words.requireUint(totalClaimed, 128, "totalClaimed");
    }
}
