package io.tallystick.identity.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.tallystick.identity.workload.PlatformMaker.Configured;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Key sets over a real connection, from servers that do as they please. */
class KeySourcesTest {
    private final Vertx vertx = Vertx.vertx();
    private HttpServer server;

    @TempDir
    Path folder;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    @AfterEach
    void end() {
        server.stop(0);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void aSetIsReadAgainAndAgain() {
        server.createContext("/keys", exchange -> answer(exchange, 200, "{\"keys\":[]}"));

        assertThat(read("/keys")).isEqualTo("{\"keys\":[]}");
        assertThat(read("/keys")).isEqualTo("{\"keys\":[]}");
    }

    @Test
    void aRedirectIsNotFollowed() {
        var asked = new AtomicInteger();
        server.createContext("/keys", exchange -> {
            exchange.getResponseHeaders().add("Location", "/other");
            answer(exchange, 302, "");
        });
        server.createContext("/other", exchange -> {
            asked.incrementAndGet();
            answer(exchange, 200, "{\"keys\":[]}");
        });

        assertThatThrownBy(() -> read("/keys")).hasMessageContaining("302");
        assertThat(asked).hasValue(0);
    }

    @Test
    void anEndlessSetIsGivenUp() {
        server.createContext("/keys", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            var part = new byte[65_536];
            try (var out = exchange.getResponseBody()) {
                while (true) {
                    out.write(part);
                }
            }
        });

        assertThatThrownBy(() -> read("/keys")).hasMessageContaining("larger");
    }

    @Test
    void aSlowSetIsGivenUpAndTheNextIsAskedFor() {
        HttpHandler never = exchange -> {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        server.createContext("/slow", never);
        server.createContext("/keys", exchange -> answer(exchange, 200, "{\"keys\":[]}"));
        var source = source("/slow");

        assertThatThrownBy(() -> source.read().toCompletableFuture().join()).hasMessageContaining("in time");
        server.removeContext("/slow");
        server.createContext("/slow", exchange -> answer(exchange, 200, "{}"));
        assertThat(new String(source.read().toCompletableFuture().join(), StandardCharsets.UTF_8))
                .isEqualTo("{}");
    }

    @Test
    void aFileThatIsTooLargeIsRefused() throws IOException {
        var file = folder.resolve("keys.json");
        Files.write(file, new byte[KeySources.MAX_BYTES + 1]);
        var source = new KeySources(vertx).of("p", new Configured("https://i", file.toUri()));

        assertThatThrownBy(() -> source.read().toCompletableFuture().join()).hasMessageContaining("larger");
    }

    private String read(String path) {
        return new String(source(path).read().toCompletableFuture().join(), StandardCharsets.UTF_8);
    }

    private KeySource source(String path) {
        var address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
        return new KeySources(vertx).of("p", new Configured("https://i", address));
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
