package io.tallystick.metering.meter;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.metering.meter.Measurement.Measured;
import io.tallystick.metering.meter.Measurement.NotMeasured;
import io.tallystick.metering.meter.Measurement.Unusable;
import io.tallystick.metering.meter.MeterDraft.Flaw;
import io.tallystick.metering.meter.MeterDraft.Invalid;
import io.tallystick.metering.meter.MeterDraft.Valid;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeterTest {

    @Nested
    class GivenASumByModel {
        final Meter meter = new Meter(
                "tokens",
                "prompt",
                new Aggregation.Sum(path("$.usage['tokens']")),
                new TreeMap<>(Map.of("model", path("$.model"))));

        @Test
        void measuresANumberAndAStringThatHoldsOne() {
            var asNumber = Map.of("usage", Map.of("tokens", new Numeral("100")), "model", "m");
            var asString = Map.of("usage", Map.of("tokens", "100"), "model", "m");

            assertThat(meter.measure("prompt", asNumber))
                    .isEqualTo(meter.measure("prompt", asString))
                    .isEqualTo(new Measured(Quantity.reported("100").orElseThrow(), Map.of("model", "m")));
        }

        @Test
        void leavesOutEventsOfOtherTypesAndThoseWithoutTheValue() {
            var withNull = new HashMap<String, Object>();
            withNull.put("tokens", null);

            assertThat(meter.measure("other", Map.of("usage", Map.of("tokens", "1"))))
                    .isEqualTo(new NotMeasured());
            assertThat(meter.measure("prompt", Map.of())).isEqualTo(new NotMeasured());
            assertThat(meter.measure("prompt", Map.of("usage", withNull))).isEqualTo(new NotMeasured());
            assertThat(meter.measure("prompt", null)).isEqualTo(new NotMeasured());
        }

        @Test
        void saysWhereAValueIsThatItCannotUse() {
            for (var value : List.of("abc", new Numeral("-1"), true, List.of(), Map.of())) {
                assertThat(meter.measure("prompt", Map.of("usage", Map.of("tokens", value))))
                        .isEqualTo(new Unusable("$.usage['tokens']", Quantity.RULE));
            }
        }

        @Test
        void countsAnEventWithoutTheDimensionUnderTheEmptyOne() {
            assertThat(meter.measure("prompt", Map.of("usage", Map.of("tokens", "1"))))
                    .isEqualTo(new Measured(Quantity.ONE, Map.of("model", "")));
        }

        @Test
        void refusesADimensionThatCannotBeStored() {
            for (var model : List.of("m".repeat(257), "m\0", "\ud800", List.of("m"))) {
                assertThat(meter.measure("prompt", Map.of("usage", Map.of("tokens", "1"), "model", model)))
                        .isInstanceOf(Unusable.class);
            }
        }
    }

    @Test
    void countsEventsWithoutData() {
        var meter = new Meter("calls", "call", new Aggregation.Count(), new TreeMap<>());

        assertThat(meter.measure("call", null)).isEqualTo(new Measured(Quantity.ONE, Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"$", "$.a", "$.a_b-c", "$.a.b[0]", "$['a b']", "$[\"x\"].y", "$.größe"})
    void readsPathsToOneValue(String text) {
        assertThat(JsonPath.parse(text)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "$.", "$..a", "$.*", "$[*]", "$[-1]", "$[?(@.a)]", "$.a b", "$.a[0:2]", "$['a"})
    void refusesPathsToManyValues(String text) {
        assertThat(JsonPath.parse(text)).isEmpty();
    }

    @Test
    void findsWhatAPathNames() {
        var data = Map.of("a", List.of("x", Map.of("b", "y")));

        assertThat(path("$.a[1].b").find(data)).contains("y");
        assertThat(path("$.a[2]").find(data)).isEmpty();
        assertThat(path("$.a.b").find(data)).isEmpty();
        assertThat(path("$").find(data)).contains(data);
    }

    @Nested
    class GivenADraft {

        @Test
        void becomesAMeter() {
            assertThat(new MeterDraft("t", "SUM", "prompt", "$.t", Map.of("model", "$.m")).check())
                    .isInstanceOf(Valid.class);
            assertThat(new MeterDraft("t", "COUNT", "prompt", "", Map.of()).check())
                    .isInstanceOf(Valid.class);
        }

        @Test
        void isBilledOnlyWhereItRisesWithEachEvent() {
            for (var aggregation : List.of("COUNT", "SUM", "UNIQUE_COUNT", "AVG", "MIN", "MAX", "LATEST")) {
                var value = aggregation.equals("COUNT") ? "" : "$.t";
                var draft = new MeterDraft("t", aggregation, "prompt", value, Map.of(), MeterDraft.MINUTE);
                var meter = ((Valid) draft.check()).meter();

                assertThat(meter.minutes()).isTrue();
                assertThat(meter.aggregation().word()).isEqualTo(aggregation);
                assertThat(meter.aggregation().billable())
                        .isEqualTo(List.of("COUNT", "SUM").contains(aggregation));
            }
            assertThat(flaws(new MeterDraft("t", "MEDIAN", "prompt", "$.t", Map.of())))
                    .singleElement()
                    .satisfies(flaw -> assertThat(flaw.rule()).contains("COUNT or SUM"));
        }

        @Test
        void tellsDifferentValuesApartWhateverTheyAreWrittenAs() {
            var unique = new Meter(
                    "u", "prompt", new Aggregation.Look(Aggregation.Kind.UNIQUE_COUNT, path("$.v")), new TreeMap<>());

            var one = unique.measure("prompt", Map.of("v", "1"));
            assertThat(one).isInstanceOf(Measured.class);
            assertThat(unique.measure("prompt", Map.of("v", new Numeral("1")))).isEqualTo(one);
            assertThat(unique.measure("prompt", Map.of("v", "2"))).isNotEqualTo(one);
            assertThat(unique.measure("prompt", Map.of("v", List.of()))).isInstanceOf(Unusable.class);
            assertThat(unique.measure("prompt", Map.of())).isEqualTo(new NotMeasured());
        }

        @Test
        void namesEachFieldThatIsWrong() {
            var draft =
                    new MeterDraft("Not A Slug", "SUM", "", "tokens", Map.of("a b", "$.x", "m", "y", "t", "tokens"));

            assertThat(flaws(draft))
                    .extracting(Flaw::pointer)
                    .contains("/slug", "/eventType", "/valueProperty", "/groupBy", "/groupBy/m");
        }

        /** Their series would hold both. */
        @Test
        void isNotCalledAsAMeterOfCalls() {
            for (var bucket : CallMeters.BUCKETS) {
                assertThat(flaws(new MeterDraft(bucket, "COUNT", "prompt", "", Map.of())))
                        .extracting(Flaw::pointer)
                        .containsExactly("/slug");
            }
        }

        @Test
        void hasNoValueWhenItCounts() {
            assertThat(flaws(new MeterDraft("t", "COUNT", "prompt", "$.t", Map.of())))
                    .extracting(Flaw::pointer)
                    .containsExactly("/valueProperty");
        }

        private List<Flaw> flaws(MeterDraft draft) {
            return ((Invalid) draft.check()).flaws();
        }
    }

    private static JsonPath path(String text) {
        return JsonPath.parse(text).orElseThrow();
    }
}
