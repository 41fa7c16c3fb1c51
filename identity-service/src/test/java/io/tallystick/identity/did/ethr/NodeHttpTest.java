package io.tallystick.identity.did.ethr;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.tallystick.identity.did.ethr.Node.Said;
import io.tallystick.identity.did.ethr.registry.Account;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeHttpTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final AtomicInteger connections = new AtomicInteger();
    private NodeHttp http;
    private ServerSocket server;

    private interface Talk {
        void to(OutputStream out) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var config = new SmallRyeConfigBuilder()
                .withMapping(EthrConfig.class)
                .withDefaultValue("tallystick.identity.ethr.max-reads", "2")
                .withDefaultValue("tallystick.identity.ethr.timeout", "PT5S")
                .withDefaultValue("tallystick.identity.ethr.max-age", "PT0S")
                .withDefaultValue("tallystick.identity.ethr.negative-max-age", "PT0S")
                .build()
                .getConfigMapping(EthrConfig.class);
        http = new NodeHttp(vertx, config, metrics);
    }

    @AfterEach
    void stop() throws IOException {
        http.stop();
        server.close();
        vertx.close();
    }

    private void serve(Talk talk) {
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    connections.incrementAndGet();
                    socket.getInputStream().read(new byte[4096]);
                    talk.to(socket.getOutputStream());
                    socket.getOutputStream().flush();
                    socket.shutdownOutput();
                    socket.getInputStream().readAllBytes();
                } catch (IOException _) {
                    // The client had enough.
                }
            }
        });
    }

    private void serve(String answer) {
        serve(out -> out.write(answer.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private Said ask(Duration left) {
        var network = new Network(
                "mine",
                1,
                Account.NOBODY,
                URI.create("http://127.0.0.1:" + server.getLocalPort() + "/secret?also=secret"));
        return http.ask(network, "{}", left).toCompletableFuture().join();
    }

    private void isSilent(String detail) {
        assertThat(ask(Duration.ofSeconds(5)))
                .isInstanceOfSatisfying(
                        Said.Silence.class,
                        silence -> assertThat(silence.detail()).contains(detail).doesNotContain("secret"));
        assertThat(metrics.counter("tallystick.identity.ethr.requests", "network", "mine", "outcome", "silent")
                        .count())
                .isPositive();
    }

    @Test
    void anAnswerIsWhatItSays() {
        serve(OK + "Content-Length: 2\r\n\r\n{}");
        assertThat(ask(Duration.ofSeconds(5))).isEqualTo(new Said.Answer("{}"));
    }

    @Test
    void redirectsAreNotFollowed() {
        serve("HTTP/1.1 303 See Other\r\nLocation: http://127.0.0.1:" + server.getLocalPort()
                + "/elsewhere\r\nContent-Length: 0\r\n\r\n");
        isSilent("status 303");
        assertThat(connections).hasValue(1);
    }

    @Test
    void anAnswerWithoutAnEndIsGivenUp() {
        serve(out -> {
            out.write((OK + "Transfer-Encoding: chunked\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            var chunk = "2000\r\n" + "1".repeat(0x2000) + "\r\n";
            for (int i = 0; i < 10_000; i++) {
                out.write(chunk.getBytes(StandardCharsets.ISO_8859_1));
            }
        });
        isSilent("larger than");
    }

    @Test
    void anAnswerThatTricklesIsNotWaitedFor() {
        serve(out -> {
            out.write((OK + "Transfer-Encoding: chunked\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            for (int i = 0; i < 100; i++) {
                out.write("1\r\n1\r\n".getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
                try {
                    Thread.sleep(50);
                } catch (InterruptedException _) {
                    return;
                }
            }
        });
        long before = System.nanoTime();
        assertThat(ask(Duration.ofMillis(300))).isInstanceOf(Said.Silence.class);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
        // Nor does it keep what others need.
        for (int i = 0; i < 4; i++) {
            assertThat(ask(Duration.ofMillis(200))).isInstanceOf(Said.Silence.class);
        }
        assertThat(connections).hasValueGreaterThan(3);
    }

    @Test
    void whatIsNotHttpOrNotTextIsNoAnswer() throws IOException {
        serve("SSH-2.0-OpenSSH_9.9\r\n\r\n");
        isSilent("does not answer");
        server.close();
        isSilent("does not answer");
    }

    @Test
    void bytesThatAreNoTextAreNoAnswer() {
        serve(OK + "Content-Length: 2\r\n\r\n\u00ff\u00fe");
        isSilent("no text");
    }
}
