package io.tallystick.metering.insight;

import static io.tallystick.metering.insight.Span.DAY;
import static io.tallystick.metering.insight.Span.HOUR;
import static io.tallystick.metering.insight.Span.MONTH;
import static io.tallystick.metering.insight.Span.WEEK;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.metering.insight.Windows.Done;
import io.tallystick.metering.insight.Windows.NotCut;
import io.tallystick.metering.insight.Windows.Piece;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowsTest {
    private static final ZoneId UTC = ZoneId.of("UTC");

    @Test
    void readsAYearAsItsMonths() {
        var year = cut("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", MONTH, "UTC");

        assertThat(year.pieces(Set.of())).hasSize(12).allMatch(piece -> piece.span() == MONTH);
    }

    @Test
    void readsAMonthOfAnotherZoneAsItsWholeDaysAndTheHoursAroundThem() {
        var march = cut("2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", MONTH, "Europe/Paris");

        assertThat(march.pieces(Set.of()))
                .containsExactly(
                        new Piece(0, HOUR, at("2026-02-28T23:00:00Z"), at("2026-03-01T00:00:00Z")),
                        new Piece(0, DAY, at("2026-03-01T00:00:00Z"), at("2026-03-31T00:00:00Z")),
                        new Piece(0, HOUR, at("2026-03-31T00:00:00Z"), at("2026-03-31T22:00:00Z")));
    }

    @Test
    void cutsADayInTwoWhereAnotherPriceBegins() {
        var day = Windows.one(at("2026-03-01T00:00:00Z"), at("2026-03-02T00:00:00Z"));

        assertThat(day.pieces(Set.of(at("2026-03-01T07:00:00Z"))))
                .containsExactly(
                        new Piece(0, HOUR, at("2026-03-01T00:00:00Z"), at("2026-03-01T07:00:00Z")),
                        new Piece(0, HOUR, at("2026-03-01T07:00:00Z"), at("2026-03-02T00:00:00Z")));
    }

    @Test
    void beginsWeeksOnMondayAndDaysByTheClockOfTheZone() {
        var weeks = cut("2026-10-20T10:00:00Z", "2026-11-03T00:00:00Z", WEEK, "Europe/Paris");

        assertThat(weeks.bounds())
                .containsExactly(
                        at("2026-10-20T10:00:00Z"),
                        at("2026-10-25T23:00:00Z"),
                        at("2026-11-01T23:00:00Z"),
                        at("2026-11-03T00:00:00Z"));
    }

    @Test
    void refusesTooManyWindowsAndZonesOfHalfHours() {
        var from = at("2020-01-01T00:00:00Z");

        assertThat(Windows.cut(from, from.plus(Duration.ofDays(1001)), DAY, UTC))
                .isEqualTo(NotCut.TOO_MANY);
        assertThat(Windows.cut(from, from.plus(Duration.ofDays(9)), DAY, ZoneId.of("Asia/Kolkata")))
                .isEqualTo(NotCut.NOT_WHOLE_HOURS);
    }

    /** Whatever is asked, each hour is read once, in the window that it lies in, and no piece reaches across a cut. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void readsEachHourOnce(long seed) {
        var random = new Random(seed);
        var from = at("2026-01-01T00:00:00Z").plus(Duration.ofHours(random.nextInt(3000)));
        var to = from.plus(Duration.ofHours(1L + random.nextInt(5000)));
        var size = List.of(DAY, WEEK, MONTH).get(random.nextInt(3));
        var zone = List.of("UTC", "Europe/Paris", "America/Los_Angeles").get(random.nextInt(3));
        var cuts = new HashSet<Instant>();
        random.ints(5, 0, 9000)
                .forEach(hour -> cuts.add(at("2026-01-01T00:00:00Z").plus(Duration.ofHours(hour))));
        var windows = cut(from.toString(), to.toString(), size, zone);

        var at = from;
        for (var piece : windows.pieces(cuts)) {
            assertThat(piece.from()).isEqualTo(at);
            assertThat(piece.span().floor(piece.from())).isEqualTo(piece.from());
            assertThat(piece.span().floor(piece.until())).isEqualTo(piece.until());
            assertThat(piece.from()).isAfterOrEqualTo(windows.start(piece.window()));
            assertThat(piece.until()).isBeforeOrEqualTo(windows.end(piece.window()));
            assertThat(cuts).noneMatch(cut -> cut.isAfter(piece.from()) && cut.isBefore(piece.until()));
            at = piece.until();
        }
        assertThat(at).isEqualTo(to);
    }

    private static Windows cut(String from, String to, Span size, String zone) {
        return ((Done) Windows.cut(at(from), at(to), size, ZoneId.of(zone))).windows();
    }

    private static Instant at(String time) {
        return Instant.parse(time).truncatedTo(ChronoUnit.HOURS);
    }
}
