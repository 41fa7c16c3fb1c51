package io.tallystick.billing.rating;

import static io.tallystick.billing.rating.Cards.flat;
import static io.tallystick.billing.rating.Cards.price;
import static io.tallystick.billing.rating.Cards.tier;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.billing.money.Ratio;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

class PricingTest {

    static Ratio ratio(long numerator, long denominator) {
        return new Ratio(BigInteger.valueOf(numerator), BigInteger.valueOf(denominator));
    }

    static Ratio cost(Pricing pricing, String quantity) {
        return pricing.costOf(new BigDecimal(quantity));
    }

    @Test
    void flatCostsAreExactForDecimalsToo() {
        assertThat(cost(flat(3, 1000), "1")).isEqualTo(ratio(3, 1000));
        assertThat(cost(flat(3, 1000), "0.5")).isEqualTo(ratio(3, 2000));
    }

    @Test
    void graduatedPricesEachUnitByTheTierItFallsInto() {
        var graduated = new Pricing.Graduated(List.of(tier(0, 5, 1), tier(1000, 3, 1), tier(2000, 1, 1)));

        assertThat(cost(graduated, "0")).isEqualTo(ratio(0, 1));
        assertThat(cost(graduated, "1000")).isEqualTo(ratio(5000, 1));
        assertThat(cost(graduated, "1001")).isEqualTo(ratio(5003, 1));
        assertThat(cost(graduated, "2500")).isEqualTo(ratio(8500, 1));
    }

    @Test
    void volumePricesAllUnitsByTheTierOfTheWhole() {
        var volume = new Pricing.Volume(List.of(tier(0, 5, 1), tier(1000, 3, 1)));

        assertThat(cost(volume, "1000")).isEqualTo(ratio(5000, 1));
        assertThat(cost(volume, "1001")).isEqualTo(ratio(3003, 1));
    }

    @Test
    void aPackageBegunCostsAsMuchAsAFullOne() {
        var packages = new Pricing.Packages(price(100, 1000));

        assertThat(cost(packages, "0")).isEqualTo(ratio(0, 1));
        assertThat(cost(packages, "0.1")).isEqualTo(ratio(100, 1));
        assertThat(cost(packages, "1000")).isEqualTo(ratio(100, 1));
        assertThat(cost(packages, "1001")).isEqualTo(ratio(200, 1));
    }

    @Test
    void tiersThatDoNotRiseFromNothingAreRefused() {
        assertThatThrownBy(() -> new Pricing.Volume(List.of(tier(1, 5, 1)))).hasMessageContaining("begin at 0");
        assertThatThrownBy(() -> new Pricing.Graduated(List.of(tier(0, 5, 1), tier(9, 5, 1), tier(9, 4, 1))))
                .hasMessageContaining("must rise");
        assertThatThrownBy(() -> new Pricing.Graduated(List.of())).hasMessageContaining("begin at 0");
    }
}
