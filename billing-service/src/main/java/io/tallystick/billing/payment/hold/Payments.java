package io.tallystick.billing.payment.hold;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.payment.Attempt;
import io.tallystick.billing.payment.Authorization;
import io.tallystick.billing.payment.Call;
import io.tallystick.billing.payment.CallPrice;
import io.tallystick.billing.payment.CallPrices;
import io.tallystick.billing.payment.Hold;
import io.tallystick.billing.payment.PaymentFaults;
import io.tallystick.billing.payment.PaymentFaults.Point;
import io.tallystick.billing.payment.PaymentScheme;
import io.tallystick.billing.payment.Settlement;
import io.tallystick.billing.payment.Taps;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Authorize, capture and void, by whichever scheme pays. Capture and void are idempotent by hold. */
@ApplicationScoped
public class Payments {
    private static final String ACCOUNT_LIMIT = "account_limit_reached";

    private final Holds holds;
    private final CallPrices prices;
    private final Taps taps;
    private final Instance<PaymentScheme> schemes;
    private final PaymentFaults faults;

    Payments(Holds holds, CallPrices prices, Taps taps, @Any Instance<PaymentScheme> schemes, PaymentFaults faults) {
        this.holds = holds;
        this.prices = prices;
        this.taps = taps;
        this.schemes = schemes;
        this.faults = faults;
    }

    /** Verifies a payment and holds its maximum. The very same call again is answered with its hold. */
    public Uni<Authorization> authorize(String scheme, Attempt attempt, Instant now) {
        faults.at(Point.PAYMENT_MATCHED);
        return holds.ofCall(attempt.call())
                .chain(before -> before.isPresent()
                        ? Uni.createFrom().item(again(before.get(), attempt.call()))
                        : isServed(attempt)
                                .chain(served -> served
                                        ? Uni.createFrom().completionStage(() -> scheme(scheme)
                                                .authorize(attempt, now))
                                        : Uni.createFrom().item(Authorization.refused(ACCOUNT_LIMIT))));
    }

    private Uni<Boolean> isServed(Attempt attempt) {
        return attempt.buyer()
                .map(buyer -> Uni.createFrom()
                        .completionStage(() -> taps.isOpen(attempt.call().tenant(), buyer)))
                .orElseGet(() -> Uni.createFrom().item(true));
    }

    /**
     * Charges what a call used, at the prices it was offered at.
     *
     * @param tenant whose hold it has to be
     */
    public Uni<Settlement> capture(String tenant, UUID id, Map<String, BigInteger> usage, Instant now) {
        return mine(tenant, id)
                .chain(hold -> hold.isEmpty()
                        ? Uni.createFrom().item(Settlement.Unknown.NO_SUCH_HOLD)
                        : cost(hold.get(), usage)
                                .invoke(() -> faults.at(Point.CAPTURE_PRICED))
                                .chain(cost -> Uni.createFrom()
                                        .completionStage(() ->
                                                scheme(hold.get().scheme()).capture(hold.get(), cost, now))));
    }

    /** As {@link #capture}, from a record of the usage: what has to wait for the chain is left to the sweep. */
    Uni<Settlement> captureRecorded(String tenant, UUID id, Map<String, BigInteger> usage, Instant now) {
        return mine(tenant, id)
                .chain(hold -> hold.isEmpty()
                        ? Uni.createFrom().item(Settlement.Unknown.NO_SUCH_HOLD)
                        : cost(hold.get(), usage).chain(cost -> Uni.createFrom()
                                .completionStage(
                                        () -> scheme(hold.get().scheme()).captureRecorded(hold.get(), cost, now))));
    }

    /** Gives a call up. */
    public Uni<Settlement> release(String tenant, UUID id, String reason, Instant now) {
        return mine(tenant, id)
                .chain(hold -> hold.isEmpty()
                        ? Uni.createFrom().item(Settlement.Unknown.NO_SUCH_HOLD)
                        : Uni.createFrom()
                                .completionStage(
                                        () -> scheme(hold.get().scheme()).release(hold.get(), reason, now)));
    }

    /** Keeps a hold while its call is still under way. */
    public Uni<Optional<Hold>> renew(String tenant, UUID id, Instant now) {
        return mine(tenant, id).chain(hold -> hold.isEmpty() ? Uni.createFrom().item(hold) : holds.renew(id, now));
    }

    /** What the payer of a streamed call is told when its answer begins; empty if nothing is. */
    public String announcement(Hold hold) {
        return scheme(hold.scheme()).announcement(hold);
    }

    /** The answer to a call whose id has a hold: its own only if it is the same request. */
    public static Authorization again(Hold hold, Call call) {
        return hold.call().digest().equals(call.digest())
                ? new Authorization.Replayed(hold)
                : Authorization.refused("call_id_of_another_request");
    }

    private Uni<Optional<Hold>> mine(String tenant, UUID id) {
        return holds.find(id)
                .map(hold -> hold.filter(found -> found.call().tenant().equals(tenant)));
    }

    /** The call was sold and given: what it used of buckets without a price costs nothing. */
    private Uni<Ratio> cost(Hold hold, Map<String, BigInteger> usage) {
        var call = hold.call();
        return Uni.createFrom()
                .completionStage(() -> prices.price(call.tenant(), call.route(), call.model(), usage, hold.pricedAt()))
                .map(price -> price.map(CallPrice::cost).orElse(Ratio.ZERO));
    }

    private PaymentScheme scheme(String name) {
        return schemes.stream()
                .filter(scheme -> scheme.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no scheme " + name));
    }
}
