package io.tallystick.billing.payment;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.money.TokenAmount;
import java.time.Instant;
import java.util.Optional;

/**
 * A call's price.
 *
 * @param asset what it is counted in
 * @param cost the exact cost of the usage asked about; not rounded
 * @param fixed the whole price of such a call where the rate card names one, however much it uses
 * @param version when the rate card's version that says so took effect
 */
public record CallPrice(Asset asset, Ratio cost, Optional<TokenAmount> fixed, Instant version) {

    public CallPrice {
        requireNonNull(asset, "asset");
        requireNonNull(cost, "cost");
        requireNonNull(version, "version");
        if (fixed.isPresent() && !fixed.get().asset().equals(asset)) {
            throw new IllegalArgumentException("the fixed price is in another asset");
        }
    }

    /** The least whole amount that covers the cost: rounded up. */
    public TokenAmount ceiling() {
        return new TokenAmount(asset, cost.ceiling());
    }
}
