package io.tallystick.benchmarks.executable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that says twice that it is not ready. */
class StartTest {

    final AtomicInteger asked = new AtomicInteger();
    HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/q/health/started", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.createContext("/q/health/ready", exchange -> {
            exchange.sendResponseHeaders(asked.incrementAndGet() > 2 ? 200 : 503, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void endsWithTheFirstAnswerThatSaysReady() throws Exception {
        var start = Start.await(System.nanoTime(), server.getAddress().getPort(), () -> {});

        assertThat(asked).hasValue(3);
        assertThat(start.ready()).isGreaterThan(start.answered());
    }

    @Test
    void failsWithTheProcess() {
        int port = server.getAddress().getPort();
        server.stop(0);

        assertThatThrownBy(() -> Start.await(System.nanoTime(), port, () -> {
                    throw new IOException("ended with 1");
                }))
                .hasMessage("ended with 1");
    }
}
