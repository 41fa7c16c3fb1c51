package io.tallystick.metering.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.metering.gateway.upstream.Breaker.Limits;
import io.tallystick.metering.gateway.upstream.Breaker.State;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** When an upstream is left alone, and how it comes back. */
class BreakerTest {
    private static final Limits LIMITS =
            new Limits(3, 10, 50, Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(130));

    private final Breaker breaker = new Breaker(LIMITS);
    private Instant now = Instant.parse("2026-11-22T10:00:00Z");

    @Test
    void opensAfterFailuresOneAfterTheOther() {
        fail(2);
        succeed();
        fail(2);
        assertThat(breaker.state(now)).isEqualTo(State.CLOSED);

        fail(1);

        assertThat(breaker.state(now)).isEqualTo(State.OPEN);
        assertThat(breaker.admit(now)).isEmpty();
        assertThat(breaker.closedFor(now)).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void opensIfHalfOfTheLastFailedThoughNeverManyInARow() {
        for (int i = 0; i < 4; i++) {
            succeed();
            fail(1);
        }
        succeed();
        assertThat(breaker.state(now)).isEqualTo(State.CLOSED);

        fail(1);

        assertThat(breaker.state(now)).isEqualTo(State.OPEN);
    }

    @Test
    void forgetsFailuresThatLeftTheWindow() {
        for (int i = 0; i < 100; i++) {
            fail(1);
            succeed();
            succeed();
            succeed();
        }

        assertThat(breaker.state(now)).isEqualTo(State.CLOSED);
    }

    @Test
    void letsOneProbeThroughAndClosesIfItSucceeds() {
        fail(3);
        now = now.plusSeconds(9);
        assertThat(breaker.admit(now)).isEmpty();
        now = now.plusSeconds(1);

        var probe = breaker.admit(now).orElseThrow();
        assertThat(breaker.state(now)).isEqualTo(State.HALF_OPEN);
        assertThat(breaker.admit(now)).isEmpty();
        breaker.succeeded(probe);

        assertThat(breaker.state(now)).isEqualTo(State.CLOSED);
        assertThat(breaker.admit(now)).isPresent();
        fail(2);
        assertThat(breaker.state(now)).isEqualTo(State.CLOSED);
    }

    @Test
    void staysOpenTwiceAsLongAfterEachProbeThatFailsUpToTheMost() {
        fail(3);
        for (var seconds : new int[] {20, 40, 60, 60}) {
            now = now.plus(breaker.closedFor(now));
            breaker.failed(breaker.admit(now).orElseThrow(), now);

            assertThat(breaker.closedFor(now)).isEqualTo(Duration.ofSeconds(seconds));
        }
    }

    @Test
    void triesAgainAtOnceIfTheProbeSaidNothing() {
        fail(3);
        now = now.plusSeconds(10);
        breaker.unknown(breaker.admit(now).orElseThrow(), now);

        assertThat(breaker.admit(now)).isPresent();
    }

    @Test
    void givesUpAProbeThatNobodyHeardOfAgain() {
        fail(3);
        now = now.plusSeconds(10);
        var lost = breaker.admit(now).orElseThrow();
        now = now.plusSeconds(130);

        var second = breaker.admit(now).orElseThrow();
        breaker.succeeded(lost);
        assertThat(breaker.state(now)).isEqualTo(State.HALF_OPEN);
        breaker.succeeded(second);
        assertThat(breaker.state(now)).isEqualTo(State.CLOSED);
    }

    /** Else the end of an old long call would close what a newer failure opened. */
    @Test
    void hearsNothingFromCallsThatBeganBeforeItOpened() {
        var before = breaker.admit(now).orElseThrow();
        var alsoBefore = breaker.admit(now).orElseThrow();
        fail(3);
        now = now.plusSeconds(10);
        var probe = breaker.admit(now).orElseThrow();

        breaker.succeeded(before);
        assertThat(breaker.state(now)).isEqualTo(State.HALF_OPEN);
        breaker.failed(alsoBefore, now);
        breaker.succeeded(probe);

        assertThat(breaker.state(now)).isEqualTo(State.CLOSED);
    }

    @Test
    void waitsAsLongAsTheUpstreamAsked() {
        breaker.paused(admitted(), Duration.ofSeconds(7), now);

        assertThat(breaker.closedFor(now)).isEqualTo(Duration.ofSeconds(7));
        assertThat(breaker.admit(now.plusSeconds(6))).isEmpty();
        assertThat(breaker.admit(now.plusSeconds(7))).isPresent();
    }

    @Test
    void attackRetryAfterOfAYearTakesNoUpstreamAwayForLongerThanTheMost() {
        breaker.paused(admitted(), Duration.ofDays(365), now);

        assertThat(breaker.closedFor(now)).isEqualTo(Duration.ofSeconds(60));
    }

    private long admitted() {
        return breaker.admit(now).orElseThrow();
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            breaker.failed(admitted(), now);
        }
    }

    private void succeed() {
        breaker.succeeded(admitted());
        assertThat(breaker.admit(now)).isNotEqualTo(OptionalLong.empty());
    }
}
