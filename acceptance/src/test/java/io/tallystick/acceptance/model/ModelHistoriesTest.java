package io.tallystick.acceptance.model;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * However events, voids, prices, calls, vouchers, blocks and deaths follow each other: the rules of {@link Rules} hold
 * after every step, and once all has arrived every use is charged once and every claim settled once. One seed is one
 * history; a failure prints its seed and what happened. {@code -Dtallystick.model.seed=<seed>} runs one history alone.
 */
class ModelHistoriesTest {
    private static final long HISTORIES = 2_000;

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void keepsTheRulesWhateverHappens(long seed) {
        Histories.run(seed);
    }

    static LongStream seeds() {
        var one = Long.getLong("tallystick.model.seed");
        return one == null ? LongStream.range(0, HISTORIES) : LongStream.of(one);
    }
}
