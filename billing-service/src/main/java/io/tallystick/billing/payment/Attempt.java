package io.tallystick.billing.payment;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.TokenAmount;
import java.time.Instant;
import java.util.Optional;

/**
 * A payment that fits an offer of ours and is yet to be verified.
 *
 * @param buyer who says to pay for the call; none where no call is asked for
 * @param amount what was offered: the most the call may cost, or its fixed price
 * @param payTo where the provider's money goes
 * @param offeredAt the time of the offer whose prices hold
 * @param payload the scheme's own JSON
 * @param streamed whether the payer is told of the payment before the charge is known
 */
public record Attempt(
        Call call,
        Optional<Address> buyer,
        TokenAmount amount,
        Address payTo,
        Instant offeredAt,
        String payload,
        boolean streamed) {

    public Attempt {
        requireNonNull(call, "call");
        requireNonNull(buyer, "buyer");
        requireNonNull(amount, "amount");
        requireNonNull(payTo, "payTo");
        requireNonNull(offeredAt, "offeredAt");
        requireNonNull(payload, "payload");
    }
}
