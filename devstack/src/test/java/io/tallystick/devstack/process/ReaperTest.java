package io.tallystick.devstack.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReaperTest {

    Process obedient;
    Process stubborn;

    @BeforeEach
    void start() throws IOException {
        obedient = new ProcessBuilder("sleep", "300").start();
        stubborn = new ProcessBuilder("sh", "-c", "trap '' TERM INT; while :; do sleep 1; done").start();
    }

    @AfterEach
    void end() {
        obedient.destroyForcibly();
        stubborn.destroyForcibly();
    }

    @Test
    void endsWhatIsLeftWhenTheLauncherIsGone() throws Exception {
        var reaper = new ProcessBuilder(Reaper.COMMAND).start();

        try (var pids = reaper.outputWriter()) {
            pids.write(obedient.pid() + "\n" + stubborn.pid() + "\n");
        }

        assertThat(obedient.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(stubborn.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(reaper.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void endsNothingWhenTheLauncherSaysThatItDid() throws Exception {
        var reaper = Reaper.start();
        reaper.watch(obedient.pid());

        reaper.close();

        assertThat(obedient.waitFor(2, TimeUnit.SECONDS)).isFalse();
    }
}
