package io.tallystick.metering.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    @Test
    void isSecondsOrADate() {
        assertThat(RetryAfter.read(List.of(" 7 "), NOW)).contains(Duration.ofSeconds(7));
        assertThat(RetryAfter.read(List.of("Sun, 22 Nov 2026 10:01:00 GMT"), NOW))
                .contains(Duration.ofMinutes(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "-1",
                "1.5",
                "soon",
                "99999999999999999999",
                "Sun, 22 Nov 2026 09:00:00 GMT",
                "Sun, 99 Nov"
            })
    void isNothingIfItCannotBeReadOrIsOver(String value) {
        assertThat(RetryAfter.read(List.of(value), NOW)).isEmpty();
    }

    @Test
    void isNothingIfItIsNotThereOnce() {
        assertThat(RetryAfter.read(List.of(), NOW)).isEmpty();
        assertThat(RetryAfter.read(List.of("1", "2"), NOW)).isEmpty();
    }
}
