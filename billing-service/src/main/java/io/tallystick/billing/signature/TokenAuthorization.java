package io.tallystick.billing.signature;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.Address;
import java.math.BigInteger;

/**
 * An EIP-3009 authorization: {@code from} lets {@code value} token units move to {@code to}, once.
 *
 * @param value token units; fits uint256
 * @param validAfter seconds since the epoch, exclusive; fits uint256
 * @param validBefore seconds since the epoch, exclusive; fits uint256
 * @param nonce chosen by the signer; used at most once for each {@code from}
 */
public record TokenAuthorization(
        Address from, Address to, BigInteger value, BigInteger validAfter, BigInteger validBefore, Bytes32 nonce) {

    public TokenAuthorization {
        requireNonNull(from, "from");
        requireNonNull(to, "to");
        requireNonNull(nonce, "nonce");
        Words.requireUint(value, 256, "value");
        Words.requireUint(validAfter, 256, "validAfter");
        Words.requireUint(validBefore, 256, "validBefore");
    }
}
