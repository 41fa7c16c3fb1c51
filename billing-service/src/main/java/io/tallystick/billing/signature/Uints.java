package io.tallystick.billing.signature;

import java.math.BigInteger;

/** The ranges of the contracts' unsigned integers. */
final class Uints {
    private Uints() {}

    /** @return {@code value}, known to fit {@code bits} */
    static BigInteger require(BigInteger value, int bits, String name) {
        if (value.signum() < 0 || value.bitLength() > bits) {
            throw new IllegalArgumentException(name + " does not fit uint" + bits + ": " + Shown.of(value.toString()));
        }
        return value;
    }
}
