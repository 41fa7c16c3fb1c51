package io.tallystick.metering.insight.price;

import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.Problem.FieldError;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.insight.price.CostPrices.Posted;
import io.tallystick.metering.insight.price.CostPrices.Refused;
import io.tallystick.metering.insight.price.CostPrices.Stands;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jboss.resteasy.reactive.ResponseStatus;

/** What a provider pays for what its clients use. Its clients never see it. */
@Path("/v1/insight/cost-prices")
class CostPricesResource {
    private final CostPrices prices;
    private final Caller caller;
    private final Clock clock = Clock.systemUTC();

    CostPricesResource(CostPrices prices, Caller caller) {
        this.prices = prices;
        this.caller = caller;
    }

    @GET
    @RequiresScope("usage:read")
    public Uni<CostPriceList> list() {
        return prices.all(caller.tenant())
                .map(all ->
                        new CostPriceList(all.stream().map(CostPriceView::of).toList()));
    }

    /** Posting the same price again is answered alike: it is a retry. */
    @POST
    @ResponseStatus(201)
    @RequiresScope("meters:write")
    public Uni<CostPriceView> post(@NotNull CostPriceBody body) {
        var price = valid(body.draft());
        return prices.add(caller.tenant(), price, caller.did(), clock.instant()).map(CostPricesResource::answer);
    }

    private static CostPrice valid(CostPriceDraft draft) {
        return switch (draft.check()) {
            case CostPriceDraft.Valid(var price) -> price;
            case CostPriceDraft.Invalid(var flaws) ->
                throw new ProblemException(Problem.of(
                                "invalid-cost-price",
                                "Cost price not valid",
                                400,
                                "Correct the fields listed and send it again.")
                        .with(flaws.stream()
                                .map(flaw -> new FieldError(flaw.pointer(), flaw.rule()))
                                .toList()));
        };
    }

    private static CostPriceView answer(Posted posted) {
        return switch (posted) {
            case Stands(var price) -> CostPriceView.of(price);
            case Refused refused -> throw new ProblemException(problem(refused));
        };
    }

    private static Problem problem(Refused refused) {
        return switch (refused) {
            case ANOTHER_AT_THAT_HOUR ->
                Problem.of(
                        "cost-price-exists",
                        "Cost price exists",
                        409,
                        "Another price begins at that hour, and none is changed; let the new one begin at a later hour.");
            case HOUR_HAS_BEGUN ->
                Problem.of(
                        "cost-price-exists",
                        "Cost price exists",
                        409,
                        "What has a price gets another only for hours that have not begun: what was reported stays. "
                                + "Let it begin at a later hour.");
            case TOO_MANY ->
                Problem.of(
                        "too-many-cost-prices",
                        "Too many cost prices",
                        409,
                        "A tenant has at most " + CostPrices.MOST + "; name no model where all cost the same.");
        };
    }

    /** A cost price as it is sent. What is absent is null. */
    record CostPriceBody(String meter, String model, String effectiveFrom, String asset, String units, String per) {
        CostPriceDraft draft() {
            return new CostPriceDraft(
                    or(meter, ""), or(model, ""), or(effectiveFrom, ""), or(asset, ""), or(units, ""), or(per, "1"));
        }

        private static String or(String text, String otherwise) {
            return text == null ? otherwise : text;
        }
    }

    record CostPriceView(String meter, String model, Instant effectiveFrom, String asset, String units, String per) {
        static CostPriceView of(CostPrice price) {
            return new CostPriceView(
                    price.meter(),
                    price.model(),
                    price.from(),
                    price.asset(),
                    price.units().toString(),
                    price.per().toString());
        }
    }

    record CostPriceList(List<CostPriceView> costPrices) {}
}
