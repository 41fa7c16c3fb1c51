package io.tallystick.billing.rating.card;

import io.smallrye.mutiny.Uni;
import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.payment.CallPrice;
import io.tallystick.billing.payment.CallPrices;
import io.tallystick.billing.rating.RateCard;
import io.tallystick.billing.rating.RateCardVersion;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Prices calls by the tenant's card. A card is remembered for a few seconds: a new version is posted earlier than that
 * before its hour, so a remembered card never misses one that holds.
 */
@ApplicationScoped
class RateCardCallPrices implements CallPrices {
    private final RateCards cards;
    private final RatingConfig config;
    private final Clock clock = Clock.systemUTC();
    private final Map<String, Remembered> remembered;

    RateCardCallPrices(RateCards cards, RatingConfig config) {
        if (config.notice().compareTo(config.remembered()) <= 0) {
            throw new IllegalArgumentException(
                    "tallystick.rating.notice must be longer than tallystick.rating.remembered");
        }
        this.cards = cards;
        this.config = config;
        this.remembered = Collections.synchronizedMap(new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Remembered> eldest) {
                return size() > config.rememberedCards();
            }
        });
    }

    private record Remembered(RateCard card, Instant until) {}

    @Override
    public CompletionStage<Optional<CallPrice>> price(
            String tenant, String route, String model, Map<String, BigInteger> usage, Instant at) {
        return card(tenant)
                .map(card -> card.at(at).flatMap(version -> price(version, route, model, usage)))
                .subscribeAsCompletionStage();
    }

    static Optional<CallPrice> price(
            RateCardVersion version, String route, String model, Map<String, BigInteger> usage) {
        var fixed = version.fixedPriceOf(route, model);
        return version.costOfCall(route, model, usage)
                .map(cost -> new CallPrice(
                        version.asset(),
                        cost,
                        fixed.map(Ratio::ceiling).map(units -> new TokenAmount(version.asset(), units)),
                        version.effectiveFrom()));
    }

    private Uni<RateCard> card(String tenant) {
        var now = clock.instant();
        var known = remembered.get(tenant);
        return known != null && now.isBefore(known.until())
                ? Uni.createFrom().item(known.card())
                : cards.card(tenant, config.card()).invoke(card -> remember(tenant, card, now));
    }

    /** A card without prices is not remembered: its first version may hold at once. */
    private void remember(String tenant, RateCard card, Instant now) {
        if (!card.versions().isEmpty()) {
            remembered.remove(tenant);
            remembered.put(tenant, new Remembered(card, now.plus(config.remembered())));
        }
    }
}
