package io.tallystick.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A compacted topic keeps one record of a key, so two facts about different things never share one. */
class EventKeyTest {

    @Test
    void isTheSameForTheSameSeriesWhateverItsTotals() {
        assertThat(advanced("cust", Map.of("a", "1", "b", "2"), "10").key())
                .isEqualTo(advanced("cust", Map.of("b", "2", "a", "1"), "20").key());
    }

    @Test
    void keepsPartsApartThatHoldSeparators() {
        assertThat(advanced("a/b", Map.of(), "1").key())
                .isNotEqualTo(advanced("a", Map.of("b", ""), "1").key());
        assertThat(advanced("a", Map.of("k", "v,w/x"), "1").key())
                .isNotEqualTo(advanced("a", Map.of("k", "v", "w", "x"), "1").key());
    }

    private static MeterAdvanced advanced(String subject, Map<String, String> dimensions, String added) {
        return new MeterAdvanced(
                "acme",
                subject,
                "tokens",
                dimensions,
                Instant.parse("2026-01-01T00:00:00Z"),
                Funding.ACCOUNT,
                new BigDecimal(added),
                BigDecimal.ZERO);
    }
}
