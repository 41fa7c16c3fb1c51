package io.tallystick.billing.channel;

import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.TokenAmount;

/**
 * A total that lives on chain, as far as we saw it.
 *
 * <p>{@code finalized} only rises. {@code pending} is what the newest block says: a reorganisation may
 * take it back, never below {@code finalized}.
 */
public record ChainTotal(TokenAmount pending, TokenAmount finalized) {

    public ChainTotal {
        if (finalized.exceeds(pending)) {
            throw new IllegalArgumentException("final exceeds pending");
        }
    }

    public static ChainTotal zero(Asset asset) {
        return new ChainTotal(TokenAmount.zero(asset), TokenAmount.zero(asset));
    }

    /** The newest block says {@code total}. */
    public ChainTotal seen(TokenAmount total) {
        return new ChainTotal(total.greater(finalized), finalized);
    }

    /** A block that nothing can undo says {@code total}. */
    public ChainTotal finalized(TokenAmount total) {
        var risen = total.greater(finalized);
        return new ChainTotal(pending.greater(risen), risen);
    }

    /** Every block after the final one was undone. */
    public ChainTotal undone() {
        return new ChainTotal(finalized, finalized);
    }
}
