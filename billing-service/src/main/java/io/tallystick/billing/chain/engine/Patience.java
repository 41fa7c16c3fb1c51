package io.tallystick.billing.chain.engine;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.time.Duration;

/**
 * How patient the engine is.
 *
 * @param resendAfter a transaction that no block has is given to the node again after this
 * @param replaceAfter one that was signed so long ago gets higher fees
 * @param feeCapWei most that is ever offered for a gas, in wei
 */
public record Patience(Duration resendAfter, Duration replaceAfter, BigInteger feeCapWei) {
    public Patience {
        requireNonNull(resendAfter, "resendAfter");
        requireNonNull(replaceAfter, "replaceAfter");
        requireNonNull(feeCapWei, "feeCapWei");
    }
}
