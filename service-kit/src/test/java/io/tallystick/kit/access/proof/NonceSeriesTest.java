package io.tallystick.kit.access.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.kit.access.Ed25519Signer;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class NonceSeriesTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    private final NonceSeries one = series(1);

    @Test
    void instancesWithOneKeyAgreeAndNobodyElseKnows() {
        assertThat(series(1).at(NOW)).isEqualTo(one.at(NOW));
        assertThat(series(2).at(NOW).accepted())
                .doesNotContainAnyElementsOf(one.at(NOW).accepted());
    }

    @Test
    void oneIsGivenOutForTwentySecondsAndAcceptedForFortyMore() {
        var given = one.at(NOW).given().orElseThrow();

        assertThat(one.at(NOW.plusSeconds(19)).given()).contains(given);
        assertThat(one.at(NOW.plusSeconds(20)).given()).isNotEqualTo(one.at(NOW).given());
        assertThat(one.at(NOW.plusSeconds(59)).accepted()).contains(given);
        assertThat(one.at(NOW.plusSeconds(60)).accepted()).doesNotContain(given);
    }

    /** Instances hear a heartbeat at different times, or are a moment apart. */
    @Test
    void whatOneGivesOutTheNextAccepts() {
        for (int apart = -20; apart <= 20; apart++) {
            assertThat(one.at(NOW.plusSeconds(apart)).accepted())
                    .contains(one.at(NOW).given().orElseThrow());
        }
    }

    @Test
    void noneComesTwice() {
        var seen = new HashSet<List<String>>();
        for (int window = 0; window < 1_000; window++) {
            assertThat(seen.add(one.at(NOW.plusSeconds(window * NonceSeries.WINDOW_SECONDS))
                            .accepted()))
                    .isTrue();
        }
    }

    private static NonceSeries series(int seed) {
        var bytes = new byte[32];
        bytes[0] = (byte) seed;
        return new NonceSeries(new Ed25519Signer(bytes)::sign);
    }
}
