package io.tallystick.metering.usage.counting;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.events.Funding;
import io.tallystick.metering.meter.Aggregation;
import io.tallystick.metering.meter.JsonPath;
import io.tallystick.metering.meter.Meter;
import io.tallystick.metering.meter.Numeral;
import io.tallystick.metering.meter.Quantity;
import io.tallystick.metering.usage.Series;
import io.tallystick.metering.usage.Series.Movement;
import io.tallystick.metering.usage.SeriesKey;
import io.tallystick.metering.usage.counting.Arrival.DeadLetter;
import io.tallystick.metering.usage.counting.Arrival.Reason;
import io.tallystick.metering.usage.counting.Arrival.Reported;
import io.tallystick.metering.usage.event.EventKey;
import io.tallystick.metering.usage.event.UsageEvent;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What one batch decides. That it is written down as decided, and once, is {@link CountingTest}'s. */
class BatchTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Meter TOKENS = new Meter(
            "tokens", "prompt", new Aggregation.Sum(JsonPath.parse("$.tokens").orElseThrow()), new TreeMap<>());

    @Test
    void takesTheFirstOfAKeyAndTellsRetriesFromConflicts() {
        var batch = batch(
                event("t1", "e1", "cust-1", NOON, "5"),
                event("t1", "e1", "cust-1", NOON.plusSeconds(86_400), "5"),
                event("t1", "e1", "cust-2", NOON, "5"),
                event("t1", "e1", "cust-1", NOON, "6"),
                event("t2", "e1", "cust-1", NOON, "5"));

        var verdict = batch.against(Map.of());

        assertThat(verdict.fresh()).extracting(fresh -> fresh.event().tenant()).containsExactly("t1", "t2");
        assertThat(verdict.duplicates()).isEqualTo(1);
        assertThat(verdict.letters()).hasSize(2).allMatch(letter -> letter.reason() == Reason.CONFLICT);
    }

    @Test
    void leavesOutWhatWasClaimedBefore() {
        var first = event("t1", "e1", "cust-1", NOON, "5");
        var batch =
                batch(event("t1", "e1", "cust-1", NOON.plusSeconds(1), "5"), event("t1", "e1", "cust-1", NOON, "6"));

        var verdict = batch.against(Map.of(first.key(), first.digest()));

        assertThat(verdict.fresh()).isEmpty();
        assertThat(verdict.duplicates()).isEqualTo(1);
        assertThat(verdict.letters()).hasSize(1);
    }

    @Test
    void takesNoKeyForAnEventWhoseValueCannotBeUsed() {
        var batch = batch(event("t1", "e1", "cust-1", NOON, "many"), event("t1", "e1", "cust-1", NOON, "5"));

        var verdict = batch.against(Map.of());
        assertThat(verdict.letters()).singleElement().satisfies(letter -> {
            assertThat(letter.reason()).isEqualTo(Reason.UNUSABLE);
            assertThat(letter.detail()).contains("tokens").contains("$.tokens");
        });
        assertThat(verdict.fresh()).hasSize(1);
    }

    /** Its first answer was lost, and since then a meter came that cannot use it. */
    @Test
    void takesARetryOfWhatWasCountedWithoutTheMeterForARetry() {
        var retry = event("t1", "e1", "cust-1", NOON, "many");
        var batch = batch(retry);

        var counted = batch.against(Map.of(retry.key(), retry.digest()));
        var another = batch.against(Map.of(retry.key(), retry.digest() + 1));

        assertThat(counted).isEqualTo(new Batch.Verdict(List.of(), 1, List.of()));
        assertThat(another.letters()).extracting(DeadLetter::reason).containsExactly(Reason.UNUSABLE);
    }

    @Test
    void countsACallByBucketAndNobodyElseEventOfItsType() {
        var data = Map.of("requests", new Numeral("1"), "output_text", new Numeral("0"), "model", "m");
        var call = new UsageEvent("t1", Funding.CALL, "/gateway/t1", "h1", "io.tallystick.call", "c", NOON, data);
        var claimed = new UsageEvent("t1", Funding.ACCOUNT, "svc", "e1", "io.tallystick.call", "c", NOON, data);

        var candidates = batch(call, claimed).candidates();

        assertThat(candidates.getFirst().usage()).singleElement().satisfies(usage -> {
            assertThat(usage.series().meter()).isEqualTo("requests");
            assertThat(usage.series().funding()).isEqualTo(Funding.CALL);
            assertThat(usage.series().dimensions()).isEqualTo(Map.of("model", "m"));
        });
        assertThat(candidates.getLast().usage()).isEmpty();
    }

    /**
     * However a log of events is repeated, shuffled within itself and cut into batches, each event is counted once, and
     * the series come to what the distinct events say. One seed is one history; a failure prints its seed.
     */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void comesToTheDistinctEventsWhateverTheDelivery(long seed) {
        var random = new Random(seed);
        var events = new ArrayList<UsageEvent>();
        var expected = new HashMap<SeriesKey, Quantity>();
        for (int i = 0; i < 1 + random.nextInt(60); i++) {
            var event = event(
                    "t" + random.nextInt(2),
                    "e" + i,
                    "cust-" + random.nextInt(3),
                    NOON.plusSeconds(random.nextInt(3 * 3_600)),
                    random.nextInt(1_000_000) + "." + (1 + random.nextInt(9)));
            events.add(event);
            var usage = batch(event).candidates().getFirst().usage().getFirst();
            expected.merge(usage.series(), usage.quantity(), Quantity::plus);
        }

        // Given
        var log = new ArrayList<>(events);
        for (int i = 0; i < random.nextInt(80); i++) {
            log.add(events.get(random.nextInt(events.size())));
        }
        Collections.shuffle(log, random);

        // When
        var claimed = new HashMap<EventKey, Long>();
        var series = new HashMap<SeriesKey, Series>();
        for (int from = 0; from < log.size(); ) {
            var to = Math.min(log.size(), from + 1 + random.nextInt(20));
            var batch = batch(log.subList(from, to).toArray(UsageEvent[]::new));
            for (var fresh : batch.against(claimed).fresh()) {
                claimed.put(fresh.key(), fresh.digest());
                for (var usage : fresh.usage()) {
                    series.merge(
                            usage.series(),
                            Series.opened(usage.series()).plus(Movement.ofAdded(usage.quantity())),
                            (old, _) -> old.plus(Movement.ofAdded(usage.quantity())));
                }
            }
            from = to;
        }

        // Then
        assertThat(series.keySet()).isEqualTo(expected.keySet());
        series.forEach((key, total) -> {
            assertThat(total.usage()).isEqualTo(expected.get(key));
            assertThat(total.voided().attos()).isEqualTo(BigInteger.ZERO);
        });
    }

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    private static Batch batch(UsageEvent... events) {
        var arrivals = new ArrayList<Arrival>();
        for (var event : events) {
            arrivals.add(new Reported(new LogRecord(0, arrivals.size(), NOON, Map.of(), new byte[0]), event));
        }
        return new Batch(arrivals, _ -> List.of(TOKENS));
    }

    private static UsageEvent event(String tenant, String id, String subject, Instant time, String tokens) {
        return new UsageEvent(
                tenant, Funding.ACCOUNT, "svc", id, "prompt", subject, time, Map.of("tokens", new Numeral(tokens)));
    }
}
