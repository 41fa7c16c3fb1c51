package io.tallystick.metering.insight.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.metering.insight.report.Amounts.OfAsset;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AmountsTest {
    private static final OfAsset USDC = asset("usdc", 3, 1000, "250.5");

    @Test
    void theMarginIsWhatWasChargedLessTheCost() {
        var all = amounts("10", "10", USDC);

        assertThat(all.coverage()).contains(new BigDecimal("1.000000"));
        assertThat(all.margin()).contains(new BigDecimal("749.5"));
        assertThat(all.marginShare()).contains(new BigDecimal("0.749500"));
        assertThat(USDC.pricePer1000Calls()).contains(new BigDecimal("333333.333333"));
    }

    @Test
    void aCostThatIsKnownInPartIsNoCostAndGivesNoMargin() {
        var most = amounts("3000000", "2999999", USDC);

        assertThat(most.coverage()).contains(new BigDecimal("0.999999"));
        assertThat(most.cost()).isEmpty();
        assertThat(most.margin()).isEmpty();
    }

    @Test
    void twoAssetsAreNeverAddedUp() {
        var both = amounts("10", "10", USDC, asset("eurc", 1, 5, "1"));

        assertThat(both.cost()).isEmpty();
        assertThat(both.margin()).isEmpty();
    }

    @Test
    void chargesWithoutUsageHaveACostThatIsNotKnown() {
        var early = new Amounts(
                Cursor.START, Optional.empty(), BigDecimal.ZERO, List.of(), List.of(asset("usdc", 1, 5, "0")));

        assertThat(early.coverage()).isEmpty();
        assertThat(early.margin()).isEmpty();
    }

    @Test
    void aCursorIsOneThatAPageSaid() {
        var place = new Cursor(7, "did:key:z1,\"x\"", "", "k");

        assertThat(Cursor.of(place.text())).contains(place);
        assertThat(Cursor.of("")).contains(Cursor.START);
        assertThat(Cursor.of("x")).isEmpty();
        assertThat(Cursor.of("1.%%%..")).isEmpty();
        assertThat(Cursor.of("1.AA.."))
                .as("NUL, which no text in the database has")
                .isEmpty();
    }

    private static OfAsset asset(String name, long calls, long charged, String cost) {
        return new OfAsset(
                name, calls, BigInteger.valueOf(charged), BigInteger.ZERO, Optional.of(new BigDecimal(cost)));
    }

    private static Amounts amounts(String counted, String known, OfAsset... assets) {
        return new Amounts(
                Cursor.START, Optional.of(new BigDecimal(counted)), new BigDecimal(known), List.of(), List.of(assets));
    }
}
