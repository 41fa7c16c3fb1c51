package io.tallystick.acceptance.model;

import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.Price;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.rating.PriceEntry;
import io.tallystick.billing.rating.Pricing;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A price as the history drew it, and what it costs worked out a second time, in another way: whole numbers of
 * {@code 1/}{@value #SCALE} token unit.
 *
 * @param above where the second tier begins
 * @param units token units of the first tier
 * @param nextUnits token units of the second tier
 * @param per meter units; divides {@link #SCALE}
 */
record Tariff(
        String meter,
        Map<String, String> dimensions,
        Kind kind,
        long above,
        long units,
        long nextUnits,
        long per,
        long minimum) {
    static final Asset USDC = Asset.parse("eip155:84532/erc20:0x036cbd53842c5426634e7929541ec2318f3dcf7e");

    /** Divisible by every {@code per} and by the hours of a period. */
    static final long SCALE = 3780;

    private static final long[] PERS = {1, 2, 3, 5, 7, 9};

    enum Kind {
        FLAT,
        GRADUATED,
        VOLUME,
        PACKAGES
    }

    static Tariff random(String meter, Map<String, String> dimensions, Random random) {
        var kind = Kind.values()[random.nextInt(Kind.values().length)];
        var minimum = random.nextInt(4) == 0 ? random.nextInt(40) : 0;
        return new Tariff(
                meter,
                dimensions,
                kind,
                5 + random.nextInt(30),
                1 + random.nextInt(9),
                random.nextInt(5),
                per(random),
                minimum);
    }

    static Tariff flat(String meter, Map<String, String> dimensions, Random random) {
        return new Tariff(meter, dimensions, Kind.FLAT, 0, 1 + random.nextInt(9), 0, per(random), 0);
    }

    private static long per(Random random) {
        return PERS[random.nextInt(PERS.length)];
    }

    static TokenAmount usdc(long units) {
        return TokenAmount.of(USDC, units);
    }

    PriceEntry toEntry() {
        return new PriceEntry(meter, dimensions, pricing(), BigInteger.valueOf(minimum));
    }

    private Pricing pricing() {
        return switch (kind) {
            case FLAT -> new Pricing.Flat(price(units));
            case GRADUATED -> new Pricing.Graduated(tiers());
            case VOLUME -> new Pricing.Volume(tiers());
            case PACKAGES -> new Pricing.Packages(price(units));
        };
    }

    private List<Pricing.Tier> tiers() {
        return List.of(
                new Pricing.Tier(BigInteger.ZERO, price(units)),
                new Pricing.Tier(BigInteger.valueOf(above), price(nextUnits)));
    }

    private Price price(long amount) {
        return new Price(usdc(amount), BigInteger.valueOf(per));
    }

    /** What {@code quantity} costs by itself, in scaled units. */
    long scaledCost(long quantity) {
        var share = SCALE / per;
        return switch (kind) {
            case FLAT -> quantity * units * share;
            case VOLUME -> quantity * (quantity > above ? nextUnits : units) * share;
            case PACKAGES -> (quantity + per - 1) / per * units * SCALE;
            case GRADUATED -> {
                long cost = 0;
                for (long unit = 1; unit <= quantity; unit++) {
                    cost += (unit > above ? nextUnits : units) * share;
                }
                yield cost;
            }
        };
    }

    /** The same with the minimum of {@code hours} out of {@code periodHours}. */
    long scaledCost(long quantity, long hours, long periodHours) {
        return quantity == 0 ? 0 : Math.max(scaledCost(quantity), minimum * hours * SCALE / periodHours);
    }
}
