package io.tallystick.devstack;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.devstack.process.Checkout;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** However the launcher ends, nothing that it started stays. */
@Timeout(180)
class TestLauncherTest {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    final Path folder =
            Checkout.here().target().resolve("stacks").resolve(UUID.randomUUID().toString());
    Process launcher;

    @BeforeEach
    void start() throws Exception {
        Files.createDirectories(folder);
        launcher = new ProcessBuilder(TestStack.command(Checkout.here(), folder))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.DISCARD)
                .start();
        waitUntil(() -> Files.exists(folder.resolve(TestLauncher.FILE)));
    }

    @AfterEach
    void end() {
        launcher.destroyForcibly();
    }

    @Test
    void endsWithItsInputAndLeavesNothing() throws Exception {
        var left = descendants();

        launcher.getOutputStream().close();

        assertThat(launcher.onExit().orTimeout(60, TimeUnit.SECONDS).get().exitValue())
                .isZero();
        waitUntil(() -> left.stream().noneMatch(ProcessHandle::isAlive));
        assertThat(folder).doesNotExist();
    }

    @Test
    void isFollowedByItsProcessesWhenKilled() throws Exception {
        var left = descendants();

        launcher.destroyForcibly();

        waitUntil(() -> left.stream().noneMatch(ProcessHandle::isAlive));
    }

    /** With PostgreSQL, which is nobody's child after its start. */
    private List<ProcessHandle> descendants() throws IOException {
        var pid = Long.parseLong(
                Files.readAllLines(folder.resolve("data/postmaster.pid")).getFirst());
        var postgres = ProcessHandle.of(pid).orElseThrow();
        assertThat(postgres.isAlive()).isTrue();
        return List.of(postgres, launcher.descendants().findAny().orElseThrow());
    }

    private static void waitUntil(BooleanSupplier condition) throws InterruptedException {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time to wait").isLessThan(end);
            Thread.sleep(50);
        }
    }
}
