package io.tallystick.billing.rating;

import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.Price;
import io.tallystick.billing.money.TokenAmount;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** Cards and usage as tests write them: hours are counted from 2026-11-01T00:00Z. */
final class Cards {
    static final Asset USDC = Asset.parse("eip155:84532/erc20:0x036cbd53842c5426634e7929541ec2318f3dcf7e");

    private Cards() {}

    static Instant hour(int number) {
        return Instant.parse("2026-11-01T00:00:00Z").plus(number, ChronoUnit.HOURS);
    }

    static TokenAmount units(long units) {
        return TokenAmount.of(USDC, units);
    }

    static Price price(long units, long per) {
        return new Price(units(units), BigInteger.valueOf(per));
    }

    static Pricing.Flat flat(long units, long per) {
        return new Pricing.Flat(price(units, per));
    }

    static Pricing.Tier tier(long above, long units, long per) {
        return new Pricing.Tier(BigInteger.valueOf(above), price(units, per));
    }

    static PriceEntry entry(String meter, Map<String, String> dimensions, Pricing pricing) {
        return new PriceEntry(meter, dimensions, pricing, BigInteger.ZERO);
    }

    static PriceEntry flat(String meter, long units, long per) {
        return entry(meter, Map.of(), flat(units, per));
    }

    static RateCardVersion version(int hour, PriceEntry... prices) {
        return new RateCardVersion(USDC, hour(hour), List.of(prices), List.of());
    }

    static RateCard card(RateCardVersion... versions) {
        return new RateCard("standard", List.of(versions));
    }

    static SeriesTotals used(String meter, int hour, long units) {
        return used(meter, Map.of(), hour, units);
    }

    static SeriesTotals used(String meter, Map<String, String> dimensions, int hour, long units) {
        return new SeriesTotals(meter, dimensions, hour(hour), BigDecimal.valueOf(units), BigDecimal.ZERO);
    }
}
