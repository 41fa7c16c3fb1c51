package io.tallystick.devstack.installation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.devstack.installation.ServiceProcess.Program;
import io.tallystick.devstack.process.Ports;
import io.tallystick.devstack.process.Progress;
import io.tallystick.devstack.process.Reaper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With the JDK's file server in the place of a service. */
@Timeout(120)
class ServiceProcessTest {

    static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir
    Path folder;

    final Progress progress = new Progress(System.out, InstantSource.system());

    @Test
    void isStartedAgainWhenKilledAndNotWhenClosed() throws Exception {
        var again = new CountDownLatch(1);
        try (var reaper = Reaper.start();
                var service = ServiceProcess.start(fileServer(), reaper, progress, () -> false, again::countDown)) {
            service.awaitReady();
            long killed = service.pid();
            assertThat(service.lastExit()).isEmpty();

            ProcessHandle.of(killed).orElseThrow().destroyForcibly();

            assertThat(again.await(60, TimeUnit.SECONDS)).isTrue();
            service.awaitReady();
            assertThat(service.pid()).isNotEqualTo(killed);
            // 128 and the number of SIGKILL.
            assertThat(service.lastExit()).hasValue(137);
        }
        Thread.sleep(1500);
        assertThat(ProcessHandle.current().children().filter(this::isFileServer))
                .isEmpty();
    }

    @Test
    void saysWhatAProgramSaidThatCannotStart() throws Exception {
        var program = new Program(
                "broken",
                List.of(JAVA, "--no-such-option"),
                Map.of(),
                folder.resolve("log"),
                URI.create("http://127.0.0.1:1/"));
        try (var reaper = Reaper.start();
                var service = ServiceProcess.start(program, reaper, progress, () -> false, () -> {})) {
            assertThatThrownBy(service::awaitReady)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Unrecognized option: --no-such-option");
        }
    }

    private boolean isFileServer(ProcessHandle process) {
        return List.of(process.info().arguments().orElse(new String[0])).contains(folder.toString());
    }

    private Program fileServer() {
        int port = Ports.free();
        var command = List.of(
                JAVA, "-m", "jdk.httpserver", "-b", "127.0.0.1", "-p", Integer.toString(port), "-d", folder.toString());
        return new Program(
                "file server", command, Map.of(), folder.resolve("log"), URI.create("http://127.0.0.1:" + port + "/"));
    }
}
