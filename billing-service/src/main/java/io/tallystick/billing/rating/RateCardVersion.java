package io.tallystick.billing.rating;

import static java.util.Comparator.comparingInt;
import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.Ratio;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What everything costs from one hour on, until the next version.
 *
 * @param asset what is paid in
 * @param effectiveFrom a whole UTC hour
 * @param prices at most {@value #MAX_PRICES}; no two of them match one series equally closely
 * @param fixedCalls at most {@value #MAX_PRICES}; each route and model once
 */
public record RateCardVersion(Asset asset, Instant effectiveFrom, List<PriceEntry> prices, List<FixedCall> fixedCalls) {

    public static final int MAX_PRICES = 200;

    public RateCardVersion {
        requireNonNull(asset, "asset");
        Period.requireWholeHour(effectiveFrom);
        prices = List.copyOf(prices);
        fixedCalls = List.copyOf(fixedCalls);
        if (prices.size() > MAX_PRICES || fixedCalls.size() > MAX_PRICES) {
            throw new IllegalArgumentException("more than " + MAX_PRICES + " prices");
        }
        for (int i = 0; i < prices.size(); i++) {
            requireAsset(asset, prices.get(i).pricing().asset());
            requireUnambiguous(prices.get(i), prices.subList(0, i));
        }
        var seen = new HashSet<Map.Entry<String, String>>();
        for (var call : fixedCalls) {
            requireAsset(asset, call.price().asset());
            if (!seen.add(Map.entry(call.route(), call.model()))) {
                throw new IllegalArgumentException("two prices of " + call.route() + " with model " + call.model());
            }
        }
    }

    private static void requireAsset(Asset asset, Asset priced) {
        if (!asset.equals(priced)) {
            throw new IllegalArgumentException("a price in " + priced.id() + " on a card in " + asset.id());
        }
    }

    private static void requireUnambiguous(PriceEntry entry, List<PriceEntry> earlier) {
        for (var other : earlier) {
            if (entry.ambiguousWith(other)) {
                throw new IllegalArgumentException("prices of " + entry.meter() + " for " + entry.dimensions() + " and "
                        + other.dimensions() + " match alike; add a dimension to one of them");
            }
        }
    }

    /** The entry that matches most closely: the one that names the most dimensions. */
    public Optional<PriceEntry> entryFor(String meter, Map<String, String> dimensions) {
        return prices.stream()
                .filter(entry -> entry.matches(meter, dimensions))
                .max(comparingInt(entry -> entry.dimensions().size()));
    }

    /**
     * What one call costs, by itself: a tier counts this call's own units. A fixed price comes before what the call
     * consumes.
     *
     * @param usage units by token bucket, {@code >= 0}; a bucket the card does not name is free
     * @return the exact cost; empty if the card names nothing of the call, so that it is not sold
     */
    public Optional<Ratio> costOfCall(String route, String model, Map<String, BigInteger> usage) {
        var fixed = fixedPriceOf(route, model);
        return fixed.isPresent() ? fixed : costOfUsage(Map.of("route", route, "model", model), usage);
    }

    /** Is the call's price known before it is made? */
    public Optional<Ratio> fixedPriceOf(String route, String model) {
        return fixedCalls.stream()
                .filter(call -> call.matches(route, model))
                .max(comparingInt(call -> call.model().equals(FixedCall.ANY_MODEL) ? 0 : 1))
                .map(call -> Ratio.whole(call.price().units()));
    }

    private Optional<Ratio> costOfUsage(Map<String, String> dimensions, Map<String, BigInteger> usage) {
        return usage.entrySet().stream()
                .flatMap(used -> entryFor(used.getKey(), dimensions).stream()
                        .map(entry -> entry.pricing().costOf(new BigDecimal(used.getValue()))))
                .reduce(Ratio::plus);
    }
}
