package io.tallystick.kit.access.rate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BucketsTest {
    private static final long SECOND = 1_000_000_000L;

    private final Buckets buckets = new Buckets();

    @Test
    void aMinutesRequestsMayBeMadeAtOnceAndNoMore() {
        for (var left = 9; left >= 0; left--) {
            var taken = buckets.take("a", 10, 7);
            assertThat(taken.allowed()).isTrue();
            assertThat(taken.left()).isEqualTo(left);
        }

        var refused = buckets.take("a", 10, 7);
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.left()).isZero();
        assertThat(refused.secondsToNext()).isEqualTo(6);
    }

    @Test
    void itFillsUpEvenlyAndNeverBeyondItsSize() {
        for (var i = 0; i < 10; i++) {
            buckets.take("a", 10, 0);
        }
        assertThat(buckets.take("a", 10, 6 * SECOND - 1).allowed()).isFalse();
        assertThat(buckets.take("a", 10, 6 * SECOND).allowed()).isTrue();
        assertThat(buckets.take("a", 10, 6 * SECOND).allowed()).isFalse();

        assertThat(buckets.take("a", 10, 6_000 * SECOND).left()).isEqualTo(9);
    }

    @Test
    void whoIsRefusedIsNotSetBackByAskingAgain() {
        buckets.take("a", 1, 0);
        for (var second = 1; second < 60; second++) {
            assertThat(buckets.take("a", 1, second * SECOND).allowed()).isFalse();
        }
        assertThat(buckets.take("a", 1, 60 * SECOND).allowed()).isTrue();
    }

    @Test
    void oneUsesUpNothingOfAnother() {
        buckets.take("a", 1, 0);

        assertThat(buckets.take("b", 1, 0).allowed()).isTrue();
    }

    @Test
    void aBoundedNumberOfNamesIsRemembered() {
        for (var i = 0; i < Buckets.MAX_NAMES + 100; i++) {
            buckets.take("name" + i, 1, 0);
        }
        assertThat(buckets.names()).isEqualTo(Buckets.MAX_NAMES);
    }
}
