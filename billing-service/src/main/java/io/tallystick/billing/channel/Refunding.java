package io.tallystick.billing.channel;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;
import java.math.BigInteger;

/**
 * What is set aside for a refund, from the wish for it until nothing can undo it.
 *
 * <p>A reading that has the refund shows a balance without it and a count of refunds above {@code nonce}; then nothing
 * more is taken off. If a reorganisation undoes the refund, the next reading shows both as before, and it is set aside
 * again: the transaction that was sent comes back.
 *
 * @param amount zero if there is no refund
 * @param nonce the contract's count of refunds that it is signed for
 */
public record Refunding(TokenAmount amount, BigInteger nonce) {

    public Refunding {
        requireNonNull(amount, "amount");
        requireNonNull(nonce, "nonce");
    }

    public static Refunding none(Asset asset) {
        return new Refunding(TokenAmount.zero(asset), BigInteger.ZERO);
    }

    /** Whether the contract's balance, as it was read last, is without it already. */
    public boolean reached(OnChain chain) {
        return chain.refundNonce().compareTo(nonce) > 0;
    }
}
