package io.tallystick.devstack;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What {@link TestStack} asks the launcher for while it runs. A POST to a path answers one line of text. */
final class StackControl implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(StackControl.class.getName());

    private final HttpServer server;

    private StackControl(HttpServer server) {
        this.server = server;
    }

    static StackControl start(Map<String, Callable<String>> answers) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        answers.forEach((path, answer) -> server.createContext(path, exchange -> answer(exchange, answer)));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return new StackControl(server);
    }

    int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, Callable<String> answer) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            try {
                write(exchange, 200, answer.call());
            } catch (Exception e) {
                LOG.log(Level.WARNING, exchange.getRequestURI() + " failed", e);
                write(exchange, 503, e.getMessage() == null ? e.toString() : e.getMessage());
            }
        }
    }

    private static void write(HttpExchange exchange, int status, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
