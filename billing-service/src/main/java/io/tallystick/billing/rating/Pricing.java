package io.tallystick.billing.rating;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.Price;
import io.tallystick.billing.money.Ratio;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;

/** How a quantity becomes a cost. The cost is exact; whoever totals the costs rounds, once. */
public sealed interface Pricing {

    /**
     * @param quantity meter units, {@code >= 0}
     * @return token units, not rounded; 0 for nothing
     */
    Ratio costOf(BigDecimal quantity);

    Asset asset();

    /** Every unit costs the same. */
    record Flat(Price price) implements Pricing {
        public Flat {
            requireNonNull(price, "price");
        }

        @Override
        public Ratio costOf(BigDecimal quantity) {
            return price.of(quantity);
        }

        @Override
        public Asset asset() {
            return price.amount().asset();
        }
    }

    /** Each unit costs what the tier it falls into says: the first thousand at one price, the next at another. */
    record Graduated(List<Tier> tiers) implements Pricing {
        public Graduated {
            tiers = Tier.rising(tiers);
        }

        @Override
        public Ratio costOf(BigDecimal quantity) {
            var cost = Ratio.ZERO;
            for (int i = 0; i < tiers.size(); i++) {
                cost = cost.plus(tiers.get(i).price().of(within(i, quantity)));
            }
            return cost;
        }

        private BigDecimal within(int tier, BigDecimal quantity) {
            var above = new BigDecimal(tiers.get(tier).above());
            var end = tier + 1 < tiers.size()
                    ? quantity.min(new BigDecimal(tiers.get(tier + 1).above()))
                    : quantity;
            return end.subtract(above).max(BigDecimal.ZERO);
        }

        @Override
        public Asset asset() {
            return tiers.getFirst().price().amount().asset();
        }
    }

    /** All units cost what the tier of the whole quantity says. One unit more may lower the cost. */
    record Volume(List<Tier> tiers) implements Pricing {
        public Volume {
            tiers = Tier.rising(tiers);
        }

        @Override
        public Ratio costOf(BigDecimal quantity) {
            var reached = tiers.getFirst();
            for (var tier : tiers) {
                if (quantity.compareTo(new BigDecimal(tier.above())) > 0) {
                    reached = tier;
                }
            }
            return reached.price().of(quantity);
        }

        @Override
        public Asset asset() {
            return tiers.getFirst().price().amount().asset();
        }
    }

    /** Sold in whole packages of {@code price.per()} units: a package begun costs as much as a full one. */
    record Packages(Price price) implements Pricing {
        public Packages {
            requireNonNull(price, "price");
        }

        @Override
        public Ratio costOf(BigDecimal quantity) {
            var begun = quantity.divide(new BigDecimal(price.per()), 0, RoundingMode.CEILING);
            return Ratio.whole(price.amount().units().multiply(begun.toBigIntegerExact()));
        }

        @Override
        public Asset asset() {
            return price.amount().asset();
        }
    }

    /**
     * A price that holds for what lies above a quantity.
     *
     * @param above meter units, {@code >= 0}; the first tier's is 0, and unit number {@code above} is still the tier's
     *     before
     * @param price what the tier's units cost
     */
    record Tier(BigInteger above, Price price) {
        public Tier {
            requireNonNull(price, "price");
            if (above.signum() < 0) {
                throw new IllegalArgumentException("tier above less than nothing: " + above);
            }
        }

        static List<Tier> rising(List<Tier> tiers) {
            if (tiers.isEmpty() || tiers.getFirst().above().signum() != 0) {
                throw new IllegalArgumentException("tiers must begin at 0");
            }
            for (int i = 1; i < tiers.size(); i++) {
                if (tiers.get(i).above().compareTo(tiers.get(i - 1).above()) <= 0) {
                    throw new IllegalArgumentException(
                            "tiers must rise: " + tiers.get(i).above());
                }
                if (!tiers.get(i)
                        .price()
                        .amount()
                        .asset()
                        .equals(tiers.getFirst().price().amount().asset())) {
                    throw new IllegalArgumentException("tiers in two assets");
                }
            }
            return List.copyOf(tiers);
        }
    }
}
