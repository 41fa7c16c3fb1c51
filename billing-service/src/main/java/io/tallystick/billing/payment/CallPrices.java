package io.tallystick.billing.payment;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What calls cost. Rating answers from the rate cards; a price never depends on the call before. */
public interface CallPrices {

    /**
     * The price of one call.
     *
     * @param usage units by token bucket: the most a call may use, or what it used
     * @param at when it was offered: a hold is captured at the price it was offered at
     * @return nothing if the tenant has no prices for this route and model at that time
     */
    CompletionStage<Optional<CallPrice>> price(
            String tenant, String route, String model, Map<String, BigInteger> usage, Instant at);
}
