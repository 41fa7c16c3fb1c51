package io.tallystick.billing.chain;

import java.math.BigInteger;

/**
 * What the escrow says of a receiver, over all its channels.
 *
 * @param claimed token units that were ever claimed for it
 * @param settled what of that was paid out
 */
public record ReceiverReading(BigInteger claimed, BigInteger settled) {

    public ReceiverReading {
        if (settled.signum() < 0 || settled.compareTo(claimed) > 0) {
            throw new IllegalArgumentException("settled " + settled + " of " + claimed);
        }
    }

    /** Claimed, and not yet paid out. */
    public BigInteger unsettled() {
        return claimed.subtract(settled);
    }
}
