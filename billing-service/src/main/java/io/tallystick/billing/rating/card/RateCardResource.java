package io.tallystick.billing.rating.card;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.Price;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.rating.FixedCall;
import io.tallystick.billing.rating.PriceEntry;
import io.tallystick.billing.rating.Pricing;
import io.tallystick.billing.rating.RateCard;
import io.tallystick.billing.rating.RateCardVersion;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestQuery;

/** What a provider's usage costs, from when on. */
@Path("/v1/rate-cards")
class RateCardResource {
    private final RateCards cards;
    private final RatingConfig config;
    private final Caller caller;
    private final Clock clock = Clock.systemUTC();

    RateCardResource(RateCards cards, RatingConfig config, Caller caller) {
        this.cards = cards;
        this.config = config;
        this.caller = caller;
    }

    /** Posting the same version again is answered alike: it is a retry. */
    @POST
    @ResponseStatus(201)
    @RequiresScope("rates:write")
    public Uni<Document> post(@NotNull @Valid Document body) {
        requireValid(body);
        var now = clock.instant();

        return cards.add(caller.tenant(), body, caller.did(), now, now.plus(config.notice()))
                .invoke(RateCardResource::requireAdded)
                .replaceWith(body);
    }

    @GET
    @RequiresScope(value = "billing:read", own = true)
    public Uni<Page> get(
            @RestQuery @DefaultValue("") String after, @RestQuery @DefaultValue("50") @Min(1) @Max(200) int limit) {
        var parts = after.split("/", 2);
        return cards.page(caller.tenant(), parts[0], parts.length < 2 ? Instant.EPOCH : hour(parts[1]), limit)
                .map(versions -> new Page(versions, next(versions, limit)));
    }

    /** @param next what to give as {@code after} for the rest; empty when there is none */
    record Page(List<Document> versions, String next) {}

    private static String next(List<Document> versions, int limit) {
        return versions.size() < limit
                ? ""
                : versions.getLast().key() + "/" + versions.getLast().effectiveFrom();
    }

    private static Instant hour(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw refused("invalid-request", 400, "Give the value of next of the page before as after.");
        }
    }

    private static void requireValid(Document body) {
        try {
            body.toVersion();
        } catch (IllegalArgumentException e) {
            throw refused("invalid-rate-card", 400, e.getMessage() + ".");
        }
    }

    private static void requireAdded(RateCard.Addition addition) {
        switch (addition) {
            case RateCard.Added _, RateCard.AlreadyThere _ -> {}
            case RateCard.Rejected.OTHER_ASSET ->
                throw refused("rate-card-other-asset", 409, "Put prices in another asset on a card of another key.");
            case RateCard.Rejected.NOT_AFTER_NEWEST ->
                throw refused("rate-card-hour-taken", 409, "Choose an hour after the card's newest version.");
            case RateCard.Rejected.TOO_SOON ->
                throw refused("rate-card-too-soon", 409, "Choose the next hour or a later one.");
        }
    }

    private static ProblemException refused(String name, int status, String detail) {
        return new ProblemException(Problem.of(name, "Rate card not accepted", status, detail));
    }

    /**
     * A version of a rate card on the wire, and as it is kept. Token units travel as decimal strings: JSON numbers lose
     * digits past 2^53.
     *
     * @param key the card's name within its tenant
     * @param effectiveFrom a whole UTC hour
     * @param asset CAIP-19
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Document(
            @NotNull @Pattern(regexp = Document.KEY) String key,
            @NotNull Instant effectiveFrom,
            @NotBlank String asset,
            @Size(max = RateCardVersion.MAX_PRICES) List<@Valid @NotNull Entry> prices,
            @Size(max = RateCardVersion.MAX_PRICES) List<@Valid @NotNull FixedPrice> fixedCalls) {

        static final String KEY = "[a-z0-9](?:[a-z0-9-]{0,62})";
        private static final String UNITS = "0|[1-9][0-9]{0,37}";
        private static final String PER = "[1-9][0-9]{0,17}";
        private static final int MAX_TIERS = 20;

        public Document {
            prices = prices == null ? List.of() : List.copyOf(prices);
            fixedCalls = fixedCalls == null ? List.of() : List.copyOf(fixedCalls);
        }

        /** @throws IllegalArgumentException if it breaks a rule of a rate card; the message says which */
        RateCardVersion toVersion() {
            var paidIn = Asset.parse(asset);
            return new RateCardVersion(
                    paidIn,
                    effectiveFrom,
                    prices.stream().map(entry -> entry.toPriceEntry(paidIn)).toList(),
                    fixedCalls.stream().map(call -> call.toFixedCall(paidIn)).toList());
        }

        /** A price of a meter or token bucket: {@code units} per {@code per} of it, or tiers of such prices. */
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        record Entry(
                @NotBlank @Size(max = 64) String meter,
                @Size(max = 8) Map<@NotBlank String, @NotNull String> dimensions,

                @NotNull @Pattern(regexp = "flat|graduated|volume|package") String kind,

                @Pattern(regexp = UNITS) String units,
                @Pattern(regexp = PER) String per,
                @Size(max = MAX_TIERS) List<@Valid @NotNull TierPrice> tiers,
                @Pattern(regexp = UNITS) String minimum) {

            PriceEntry toPriceEntry(Asset asset) {
                return new PriceEntry(
                        meter,
                        dimensions == null ? Map.of() : dimensions,
                        pricing(asset),
                        minimum == null ? BigInteger.ZERO : new BigInteger(minimum));
            }

            private Pricing pricing(Asset asset) {
                return switch (kind) {
                    case "flat" -> new Pricing.Flat(price(asset, units, per));
                    case "package" -> new Pricing.Packages(price(asset, units, per));
                    case "graduated" -> new Pricing.Graduated(tiers(asset));
                    case "volume" -> new Pricing.Volume(tiers(asset));
                    default -> throw new IllegalArgumentException("kind is none of flat, graduated, volume, package");
                };
            }

            private List<Pricing.Tier> tiers(Asset asset) {
                if (tiers == null || tiers.isEmpty()) {
                    throw new IllegalArgumentException("a " + kind + " price of " + meter + " needs tiers");
                }
                var result = new ArrayList<Pricing.Tier>();
                var above = BigInteger.ZERO;
                for (int i = 0; i < tiers.size(); i++) {
                    var tier = tiers.get(i);
                    result.add(new Pricing.Tier(above, price(asset, tier.units(), tier.per())));
                    if ((tier.upTo() == null) != (i == tiers.size() - 1)) {
                        throw new IllegalArgumentException("every tier of " + meter + " but the last needs upTo");
                    }
                    above = tier.upTo() == null ? above : new BigInteger(tier.upTo());
                }
                return result;
            }

            private Price price(Asset asset, String amount, String quantity) {
                if (amount == null) {
                    throw new IllegalArgumentException("a price of " + meter + " needs units");
                }
                return new Price(
                        new TokenAmount(asset, new BigInteger(amount)),
                        quantity == null ? BigInteger.ONE : new BigInteger(quantity));
            }
        }

        /** @param upTo last unit of the tier; the last tier has none */
        @JsonInclude(JsonInclude.Include.NON_NULL)
        record TierPrice(
                @Pattern(regexp = PER) String upTo,
                @NotNull @Pattern(regexp = UNITS) String units,
                @Pattern(regexp = PER) String per) {}

        /** @param model a model's name, or {@code *} for any */
        record FixedPrice(
                @NotBlank @Size(max = 256) String route,
                @NotBlank @Size(max = 128) String model,
                @NotNull @Pattern(regexp = UNITS) String units) {

            FixedCall toFixedCall(Asset asset) {
                return new FixedCall(route, model, new TokenAmount(asset, new BigInteger(units)));
            }
        }
    }
}
