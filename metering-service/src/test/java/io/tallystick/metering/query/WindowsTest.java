package io.tallystick.metering.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.metering.meter.MeterDraft;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WindowsTest {
    private static final ZoneId PARIS = ZoneId.of("Europe/Paris");
    private static final MeterDraft METER =
            new MeterDraft("m", "SUM", "prompt", "$.tokens", Map.of("model", "$.model"));

    @Test
    void cutsDaysByTheZonesCalendar() {
        // The clocks of Paris go forward on 2026-03-29: that day has 23 hours.
        var days = (Windows) Windows.cut(
                Instant.parse("2026-03-28T23:00:00Z"), Instant.parse("2026-03-30T22:00:00Z"), WindowSize.DAY, PARIS);

        assertThat(days.bounds())
                .containsExactly(
                        Instant.parse("2026-03-28T23:00:00Z"),
                        Instant.parse("2026-03-29T22:00:00Z"),
                        Instant.parse("2026-03-30T22:00:00Z"));
    }

    @Test
    void beginsWithTheWindowThatTheFirstHourLiesIn() {
        var months = (Windows) Windows.cut(
                Instant.parse("2026-01-15T10:00:00Z"),
                Instant.parse("2026-02-01T00:00:00Z"),
                WindowSize.MONTH,
                ZoneId.of("UTC"));

        assertThat(months.bounds())
                .containsExactly(Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2026-02-01T00:00:00Z"));
    }

    @Test
    void saysWhetherHoursCanBePutIntoThem() {
        var from = Instant.parse("2026-01-01T00:00:00Z");

        var kolkata = (Windows) Windows.cut(from, from.plusSeconds(86_400), WindowSize.DAY, ZoneId.of("Asia/Kolkata"));
        assertThat(kolkata.ofWholeHours()).isFalse();
        assertThat(kolkata.start(0)).isEqualTo(Instant.parse("2025-12-31T18:30:00Z"));
        assertThat(kolkata.from(from).orElseThrow().start(0)).isEqualTo(Instant.parse("2026-01-01T18:30:00Z"));
        assertThat(Windows.cut(from, from.plus(Duration.ofDays(3_000)), WindowSize.HOUR, PARIS))
                .isEqualTo(NotCut.TOO_MANY);
    }

    /** Whatever the zone, the windows cover the time asked for without gap or overlap. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void coverTheTimeWithoutGaps(long seed) {
        var random = new Random(seed);
        var zones = List.of("UTC", "Europe/Paris", "America/New_York", "Pacific/Auckland", "Asia/Tokyo");
        var zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
        var size = List.of(WindowSize.HOUR, WindowSize.DAY, WindowSize.MONTH).get(random.nextInt(3));
        var from = Instant.parse("2025-01-01T00:00:00Z").plus(Duration.ofHours(random.nextInt(20_000)));
        var to = from.plus(Duration.ofHours(1 + random.nextInt(5_000)));

        var bounds = ((Windows) Windows.cut(from, to, size, zone)).bounds();

        assertThat(bounds.getFirst()).isBeforeOrEqualTo(from);
        assertThat(bounds.get(1)).isAfter(from);
        assertThat(bounds.getLast()).isAfterOrEqualTo(to);
        assertThat(bounds.get(bounds.size() - 2)).isBefore(to);
        assertThat(bounds).isSorted().doesNotHaveDuplicates();
        assertThat(bounds.subList(0, bounds.size() - 1))
                .allMatch(bound -> size.floor(bound, zone).equals(bound));
    }

    static LongStream seeds() {
        return LongStream.range(0, 100);
    }

    @Test
    void namesEachParameterThatCannotBeAnswered() {
        var asked = new Asked(
                "2026-01-01T00:30:00Z",
                "never",
                "MINUTE",
                "Mars/Olympus",
                List.of(),
                List.of("shape"),
                Map.of("x", List.of("y")));

        var flaws = ((Asked.Invalid) asked.of("t", METER)).flaws();

        assertThat(flaws)
                .extracting(Asked.Flaw::parameter)
                .containsExactly("from", "to", "windowSize", "windowTimeZone", "groupBy", "filterGroupBy");
    }

    @Test
    void answersEachSubjectByItselfWhenSomeAreAskedFor() {
        var asked = new Asked("", "", "", "", List.of("a"), List.of("model"), Map.of());

        var question = ((Asked.Valid) asked.of("t", METER)).question();

        assertThat(question.bySubject()).isTrue();
        assertThat(question.groupBy()).containsExactly("model");
    }
}
