package io.tallystick.billing.rating;

import static io.tallystick.billing.rating.Cards.USDC;
import static io.tallystick.billing.rating.Cards.card;
import static io.tallystick.billing.rating.Cards.entry;
import static io.tallystick.billing.rating.Cards.flat;
import static io.tallystick.billing.rating.Cards.hour;
import static io.tallystick.billing.rating.Cards.units;
import static io.tallystick.billing.rating.Cards.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.billing.money.Asset;
import io.tallystick.billing.money.Ratio;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RateCardTest {
    static final Instant HALF_PAST_TEN = hour(10).plusSeconds(1800);

    @Nested
    class GivenACardWithAVersion {
        final RateCard card = card(version(5, flat("requests", 1, 1)));

        @Test
        void takesAVersionOfALaterHour() {
            var later = version(11, flat("requests", 2, 1));

            assertThat(card.add(later, HALF_PAST_TEN))
                    .isEqualTo(new RateCard.Added(card(version(5, flat("requests", 1, 1)), later)));
        }

        @Test
        void refusesAVersionOfAnHourThatHasBegun() {
            assertThat(card.add(version(10, flat("requests", 2, 1)), HALF_PAST_TEN))
                    .isEqualTo(RateCard.Rejected.TOO_SOON);
        }

        @Test
        void refusesToPutAVersionBeforeOrOverAnother() {
            assertThat(card.add(version(5, flat("requests", 2, 1)), hour(1)))
                    .isEqualTo(RateCard.Rejected.NOT_AFTER_NEWEST);
        }

        @Test
        void answersARetryAfterItsHourHasBegun() {
            assertThat(card.add(version(5, flat("requests", 1, 1)), HALF_PAST_TEN))
                    .isEqualTo(new RateCard.AlreadyThere(card));
        }

        @Test
        void refusesAnotherAsset() {
            var other = Asset.parse("eip155:1/erc20:" + USDC.contract());

            assertThat(card.add(new RateCardVersion(other, hour(20), List.of(), List.of()), hour(1)))
                    .isEqualTo(RateCard.Rejected.OTHER_ASSET);
        }

        @Test
        void holdsFromItsHourOn() {
            assertThat(card.at(hour(5).minusNanos(1))).isEmpty();
            assertThat(card.at(hour(5))).isPresent();
        }
    }

    @Test
    void theFirstVersionMayBeginInThePast() {
        assertThat(card().add(version(5), HALF_PAST_TEN)).isInstanceOf(RateCard.Added.class);
    }

    @Test
    void refusesEntriesThatMatchOneSeriesAlike() {
        var byModel = entry("requests", Map.of("model", "a"), flat(1, 1));
        var byRegion = entry("requests", Map.of("region", "eu"), flat(1, 1));
        var byOtherModel = entry("requests", Map.of("model", "b"), flat(1, 1));

        assertThat(version(0, byModel, byOtherModel).prices()).hasSize(2);
        assertThatThrownBy(() -> version(0, byModel, byRegion)).hasMessageContaining("match alike");
        assertThatThrownBy(() -> version(0, byModel, byModel)).hasMessageContaining("match alike");
    }

    @Nested
    class GivenPricesOfCalls {
        final RateCardVersion version = new RateCardVersion(
                USDC,
                hour(0),
                List.of(
                        entry("output_text", Map.of("model", "large"), flat(1, 3)),
                        entry("output_text", Map.of(), flat(1, 30)),
                        flat("requests", 2, 1)),
                List.of(
                        new FixedCall("/v1/embeddings", "*", units(20)),
                        new FixedCall("/v1/embeddings", "tiny", units(5))));

        @Test
        void addsUpTheBucketsExactly() {
            var usage = Map.of("requests", BigInteger.ONE, "output_text", BigInteger.TEN, "audio_in", BigInteger.TWO);

            assertThat(version.costOfCall("/v1/chat/completions", "large", usage))
                    .contains(new Ratio(BigInteger.valueOf(16), BigInteger.valueOf(3)));
            assertThat(version.costOfCall("/v1/chat/completions", "small", usage))
                    .contains(new Ratio(BigInteger.valueOf(7), BigInteger.valueOf(3)));
        }

        @Test
        void takesAFixedPriceWhateverIsConsumed() {
            var usage = Map.of("output_text", BigInteger.valueOf(1_000_000));

            assertThat(version.costOfCall("/v1/embeddings", "any", usage))
                    .contains(Ratio.whole(BigInteger.valueOf(20)));
            assertThat(version.costOfCall("/v1/embeddings", "tiny", usage))
                    .contains(Ratio.whole(BigInteger.valueOf(5)));
        }

        @Test
        void sellsNothingThatTheCardDoesNotName() {
            assertThat(version.costOfCall("/v1/images", "large", Map.of("image_in", BigInteger.ONE)))
                    .isEmpty();
        }
    }
}
