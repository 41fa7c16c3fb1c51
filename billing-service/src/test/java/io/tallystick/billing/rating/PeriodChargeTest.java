package io.tallystick.billing.rating;

import static io.tallystick.billing.rating.Cards.card;
import static io.tallystick.billing.rating.Cards.flat;
import static io.tallystick.billing.rating.Cards.hour;
import static io.tallystick.billing.rating.Cards.used;
import static io.tallystick.billing.rating.Cards.version;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PeriodChargeTest {
    static final Period DAY = new Period(hour(0), hour(24));

    static long total(RateCard card, SeriesTotals... series) {
        return PeriodCharge.of(card, DAY, List.of(series)).units().longValueExact();
    }

    @Nested
    class GivenAThirdOfAUnitPerEvent {
        final RateCard card = card(version(0, flat("requests", 1, 3)));

        @Test
        void roundsTheTotalDownOnceAndNotEachSeries() {
            // Given
            var series = new ArrayList<SeriesTotals>();
            for (int i = 0; i < 20; i++) {
                series.add(used("requests", i, 1));
            }

            // When
            var charge = PeriodCharge.of(card, DAY, series);

            // Then
            assertThat(charge.units()).isEqualTo(6);
        }

        @Test
        void givesTheSameTotalInWhateverOrderTheSeriesCome() {
            var series = new ArrayList<>(List.of(used("requests", 1, 7), used("requests", 2, 1), used("other", 3, 5)));
            var expected = PeriodCharge.of(card, DAY, series).units();

            Collections.shuffle(series, new Random(1));

            assertThat(PeriodCharge.of(card, DAY, series).units()).isEqualTo(expected);
        }

        @Test
        void takesVoidedUsageBack() {
            var nineLessThree = used("requests", 1, 9).follow(BigDecimal.ZERO, BigDecimal.valueOf(3));

            assertThat(total(card, nineLessThree)).isEqualTo(2);
        }

        @Test
        void leavesOtherPeriodsAlone() {
            assertThat(total(card, used("requests", 23, 3), used("requests", 24, 300)))
                    .isEqualTo(1);
        }

        @Test
        void namesASeriesThatHasNoPrice() {
            var unnamed = used("images", 1, 5);

            assertThat(PeriodCharge.of(card, DAY, List.of(unnamed)).unpriced()).containsExactly(unnamed);
        }
    }

    @Nested
    class GivenANewVersionAtNoon {
        final RateCard card = card(version(0, flat("requests", 10, 1)), version(12, flat("requests", 3, 1)));

        @Test
        void pricesEachHourByTheVersionOfThatHour() {
            assertThat(total(card, used("requests", 11, 1), used("requests", 12, 1)))
                    .isEqualTo(13);
        }

        @Test
        void pricesNothingBeforeTheFirstVersion() {
            assertThat(total(card(version(5, flat("requests", 10, 1))), used("requests", 4, 7)))
                    .isZero();
        }
    }

    @Nested
    class GivenPricesOfSomeModels {
        final RateCard card = card(version(
                0,
                flat("output_text", 1, 1),
                Cards.entry("output_text", Map.of("model", "large"), Cards.flat(7, 1)),
                Cards.entry("output_text", Map.of("model", "large", "region", "eu"), Cards.flat(9, 1))));

        @Test
        void takesTheEntryThatNamesTheMostDimensions() {
            assertThat(total(card, used("output_text", Map.of("model", "small"), 1, 1)))
                    .isEqualTo(1);
            assertThat(total(card, used("output_text", Map.of("model", "large", "region", "us"), 1, 1)))
                    .isEqualTo(7);
            assertThat(total(card, used("output_text", Map.of("model", "large", "region", "eu", "tier", "x"), 1, 1)))
                    .isEqualTo(9);
        }
    }

    @Nested
    class GivenAMinimum {
        final PriceEntry entry = new PriceEntry("requests", Map.of(), Cards.flat(1, 1), BigInteger.valueOf(240));

        @Test
        void asksForItWhereverTheEntryWasUsed() {
            assertThat(total(card(version(0, entry)), used("requests", 1, 5))).isEqualTo(240);
            assertThat(total(card(version(0, entry)), used("requests", 1, 241))).isEqualTo(241);
        }

        @Test
        void asksForNothingOfWhatWasNotUsed() {
            assertThat(total(card(version(0, entry)), used("requests", 1, 0))).isZero();
            assertThat(total(card(version(0, entry)))).isZero();
        }

        @Test
        void sharesItOutByTheHoursOfEachVersion() {
            var twice = card(version(0, entry), version(6, entry));

            assertThat(total(twice, used("requests", 1, 5))).isEqualTo(60);
            assertThat(total(twice, used("requests", 1, 5), used("requests", 7, 5)))
                    .isEqualTo(240);
        }
    }
}
