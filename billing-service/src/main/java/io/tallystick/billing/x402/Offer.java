package io.tallystick.billing.x402;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.TokenAmount;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * One way to pay for a call, as it is offered.
 *
 * @param tenant who sells
 * @param scheme how it is paid
 * @param amount the most the call may cost, or its fixed price
 * @param payTo where the provider's money goes
 * @param maxTimeoutSeconds how long the offer is honoured
 * @param issuedAt when it was made, in whole milliseconds; its prices are those of that time
 */
record Offer(String tenant, String scheme, TokenAmount amount, Address payTo, int maxTimeoutSeconds, Instant issuedAt) {

    Offer {
        requireNonNull(tenant, "tenant");
        requireNonNull(scheme, "scheme");
        requireNonNull(amount, "amount");
        requireNonNull(payTo, "payTo");
        issuedAt = issuedAt.truncatedTo(ChronoUnit.MILLIS);
    }

    /** Whether it is still honoured. An offer of the future is none: our clocks differ, or nobody made it. */
    boolean honoured(Instant now) {
        return !issuedAt.isAfter(now.plusSeconds(1)) && now.isBefore(issuedAt.plusSeconds(maxTimeoutSeconds));
    }

    /** A streamed answer is given before its charge is known, so only a channel pays for it. */
    boolean pays(boolean streamed) {
        return !streamed || scheme.equals(Offers.BATCH_SETTLEMENT);
    }

    /** What a seal is made over: everything that must come back as it went out. */
    String sealed() {
        return String.join(
                "\n",
                tenant,
                scheme,
                amount.asset().id(),
                amount.units().toString(),
                payTo.hex(),
                Integer.toString(maxTimeoutSeconds),
                Long.toString(issuedAt.toEpochMilli()));
    }
}
