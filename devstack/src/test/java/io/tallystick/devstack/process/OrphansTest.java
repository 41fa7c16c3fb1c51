package io.tallystick.devstack.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a killed launcher left, and what it did not. */
@Timeout(120)
class OrphansTest {

    @TempDir
    Path parent;

    final Progress progress = new Progress(System.out, InstantSource.system());
    Process left;

    @AfterEach
    void end() {
        left.destroyForcibly();
    }

    @Test
    void endWithTheNextClaimOfTheirFolder() throws Exception {
        left = program(parent.resolve("run"));
        Files.createDirectories(parent.resolve("run/data/old"));

        try (var folder = RunFolder.claim(parent.resolve("run"), progress).orElseThrow()) {
            assertThat(left.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(folder.path().resolve("data")).doesNotExist();
            assertThat(RunFolder.launcher(folder.path())).contains(ProcessHandle.current());
        }
    }

    @Test
    void areNotTheProcessesOfAnotherFolder() throws Exception {
        left = program(parent.resolve("run-of-another"));

        Orphans.end(parent.resolve("run"), progress);

        assertThat(Orphans.of(parent.resolve("run"))).isEmpty();
        assertThat(Orphans.of(parent.resolve("run-of-another"))).hasSize(1);
        assertThat(left.isAlive()).isTrue();
    }

    @Test
    void aLauncherIsNotAProcessThatGotItsNumber() throws Exception {
        left = program(parent.resolve("elsewhere"));
        Files.writeString(
                Files.createDirectories(parent.resolve("run")).resolve("launcher.pid"), left.pid() + " 1000\n");

        assertThat(RunFolder.launcher(parent.resolve("run"))).isEmpty();
    }

    /** A JVM that runs until it is ended, with the folder in its command line as the stack's programs have it. */
    private static Process program(Path folder) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java,
                        "-Djava.io.tmpdir=" + folder.resolve("tmp"),
                        "-m",
                        "jdk.httpserver",
                        "-b",
                        "127.0.0.1",
                        "-p",
                        "0")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
