package io.tallystick.kit.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WorkersTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private long nanos;
    private final Workers workers = new Workers(() -> nanos);
    private final Workers.Worker reader = workers.watch("reader", MINUTE);

    @Test
    void nobodyIsLostWhoComesRound() {
        for (int round = 0; round < 10; round++) {
            reader.comesRound();
            pass(MINUTE);
        }

        assertThat(workers.lost()).isEmpty();
    }

    @Test
    void whoDoesNotComeRoundIsLostAndFoundAgain() {
        reader.comesRound();
        pass(MINUTE.plusSeconds(5));

        assertThat(workers.lost()).containsExactly("reader, last seen 65 s ago");

        reader.comesRound();
        assertThat(workers.lost()).isEmpty();
    }

    @Test
    void whoEndedIsLostAtOnce() throws InterruptedException {
        var thread = Thread.ofPlatform().start(reader::comesRound);
        thread.join();

        assertThat(workers.lost()).hasSize(1);
    }

    @Test
    void whoWasToldToEndIsNotMissed() {
        reader.ends();
        pass(MINUTE.multipliedBy(10));

        assertThat(workers.lost()).isEmpty();
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }
}
