package io.tallystick.billing.rating;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class PeriodsTest {

    @Test
    void monthsAreThoseOfTheUtcCalendar() {
        assertThat(Periods.parse("P1M").at(Instant.parse("2024-02-29T23:59:59.999Z")))
                .isEqualTo(new Period(Instant.parse("2024-02-01T00:00:00Z"), Instant.parse("2024-03-01T00:00:00Z")));
    }

    @Test
    void hoursDivideAllTimeWithoutGaps() {
        var periods = Periods.parse("PT7H");
        var period = periods.at(Instant.parse("2026-11-22T10:30:00Z"));

        assertThat(period.hours()).isEqualTo(7);
        assertThat(period.contains(Instant.parse("2026-11-22T10:30:00Z"))).isTrue();
        assertThat(periods.at(period.end()).start()).isEqualTo(period.end());
        assertThat(periods.at(period.end().minusNanos(1))).isEqualTo(period);
    }

    @Test
    void otherLengthsAreRefused() {
        assertThatThrownBy(() -> Periods.parse("PT30M")).hasMessageContaining("P1M or PT<hours>H");
        assertThatThrownBy(() -> Periods.parse("PT9999H")).hasMessageContaining("8760");
    }
}
