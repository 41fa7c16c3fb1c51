package io.tallystick.billing.chain;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.signature.Bytes32;
import java.math.BigInteger;

/**
 * A transaction's place in the chain, as a receipt tells it.
 *
 * @param hash of the attempt that was mined
 * @param block number of its block
 * @param blockHash which of the blocks with that number
 * @param succeeded false when the contract refused: nothing happened but the fee
 * @param gasUsed in gas
 * @param gasPriceWei what was paid for each gas, in wei
 */
public record Inclusion(
        Bytes32 hash, long block, Bytes32 blockHash, boolean succeeded, long gasUsed, BigInteger gasPriceWei) {

    public Inclusion {
        requireNonNull(hash, "hash");
        requireNonNull(blockHash, "blockHash");
        requireNonNull(gasPriceWei, "gasPriceWei");
        if (block < 0 || gasUsed < 0 || gasPriceWei.signum() < 0) {
            throw new IllegalArgumentException(
                    "below zero: block " + block + ", gas " + gasUsed + " at " + gasPriceWei);
        }
    }
}
