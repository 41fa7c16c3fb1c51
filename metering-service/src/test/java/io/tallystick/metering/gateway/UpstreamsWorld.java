package io.tallystick.metering.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;

/**
 * Several model servers: two that run, of which the first fails in the way that the first part of its path names; one
 * whose port is closed, one that speaks no TLS, one that takes no connection. What was received is told at {@code /seen}.
 */
final class UpstreamsWorld implements AutoCloseable {
    /** Each goes to an upstream of its own, and then to {@code second}. */
    static final List<String> FIRST = List.of(
            "breaking", "dropping", "hanging", "limited", "stumbling", "away", "redirecting", "waiting", "counting");

    /** Ends each of their keys. */
    static final String KEY_MARKER = "-provider";

    static final String KEY_OF_SECOND = "sk-second" + KEY_MARKER;

    private final Queue<JsonObject> seen = new ConcurrentLinkedQueue<>();
    private final List<Socket> waiting = new ArrayList<>();
    private final ServerSocket full;
    private final HttpServer first;
    private final HttpServer second;
    private final int closed;

    UpstreamsWorld() throws IOException {
        first = listen(this::first);
        second = listen(this::second);
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = free.getLocalPort();
        }
        // Linux completes one connection more than the backlog, and then drops what comes.
        full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        for (int i = 0; i < 2; i++) {
            waiting.add(new Socket(full.getInetAddress(), full.getLocalPort()));
        }
    }

    private static HttpServer listen(com.sun.net.httpserver.HttpHandler handler) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", handler);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return server;
    }

    void configure(Map<String, String> config) {
        upstream(config, "second", "http://127.0.0.1:" + second.getAddress().getPort());
        upstream(config, "closed", "http://127.0.0.1:" + closed);
        upstream(config, "lost", "http://127.0.0.1:" + closed);
        upstream(config, "no-tls", "https://127.0.0.1:" + second.getAddress().getPort());
        upstream(config, "full", "http://127.0.0.1:" + full.getLocalPort());
        for (var name : FIRST) {
            upstream(config, name, "http://127.0.0.1:" + first.getAddress().getPort() + "/" + name);
        }
        config.put("tallystick.gateway.upstreams.waiting.max-connections", "1");
        config.put("tallystick.gateway.upstreams.counting.kind", "both");
        route(config, 0, "*", "default");
        int route = 1;
        for (var name : List.of("closed", "no-tls", "full")) {
            route(config, route++, name + "/*", name, "second");
        }
        for (var name : FIRST) {
            route(config, route++, name + "/*", name, "second");
        }
        route(config, route++, "lost", "lost");
        route(config, route, "alone", "waiting");
        config.put("tallystick.gateway.routing.breaker.failures", "3");
        config.put("tallystick.gateway.routing.breaker.open-for", "30s");
        config.put("test.upstreams", "http://127.0.0.1:" + second.getAddress().getPort());
    }

    private static void upstream(Map<String, String> config, String name, String url) {
        var prefix = "tallystick.gateway.upstreams." + name + ".";
        config.put(prefix + "url", url);
        config.put(prefix + "api-key", "sk-" + name + KEY_MARKER);
        config.put(prefix + "connect-timeout", "400ms");
        config.put(prefix + "timeout", "900ms");
    }

    private static void route(Map<String, String> config, int index, String model, String... upstreams) {
        var prefix = "tallystick.gateway.routes[" + index + "].";
        config.put(prefix + "model", model);
        for (int i = 0; i < upstreams.length; i++) {
            config.put(prefix + "targets[" + i + "].upstream", upstreams[i]);
            config.put(prefix + "targets[" + i + "].order", Integer.toString(i));
            if (model.endsWith("/*")) {
                config.put(prefix + "targets[" + i + "].model", "*");
            }
        }
    }

    private void first(HttpExchange http) throws IOException {
        var name = http.getRequestURI().getPath().split("/", -1)[1];
        var asked = remember(name, http);
        if (http.getRequestMethod().equals("GET")) {
            http.close();
            return;
        }
        switch (name) {
            case "breaking" -> {
                http.sendResponseHeaders(200, 1000);
                http.getResponseBody().write("{\"data\":[".getBytes(UTF_8));
                http.getResponseBody().flush();
                http.close();
            }
            case "dropping" -> http.close();
            case "hanging" -> {
                sleep(2_000);
                answer(http, 200, name);
            }
            case "limited" -> {
                http.getResponseHeaders().add("Retry-After", "1");
                answer(http, 429, name);
            }
            case "stumbling" -> answer(http, 500, name);
            case "away" -> answer(http, 503, name);
            case "counting" -> answer(http, http.getRequestURI().getPath().endsWith("/count_tokens") ? 503 : 200, name);
            case "redirecting" -> {
                http.getResponseHeaders().add("Location", asked.getString("model"));
                answer(http, 303, name);
            }
            default -> {
                sleep(600);
                answer(http, 200, name);
            }
        }
    }

    private void second(HttpExchange http) throws IOException {
        if (http.getRequestURI().getPath().equals("/seen")) {
            var all = new JsonArray();
            seen.forEach(all::add);
            write(http, 200, all.encode());
            return;
        }
        remember("second", http);
        if (http.getRequestMethod().equals("GET")) {
            write(
                    http,
                    200,
                    "{\"object\":\"list\",\"data\":[{\"id\":\"small\",\"object\":\"model\",\"created\":7,\"owned_by\":\"x\","
                            + "\"root\":\"/models/secret-path\"}]}");
            return;
        }
        answer(http, 200, "second");
    }

    private JsonObject remember(String who, HttpExchange http) throws IOException {
        var body = new String(http.getRequestBody().readAllBytes(), UTF_8);
        var headers = new JsonObject();
        http.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
        seen.add(new JsonObject()
                .put("who", who)
                .put("path", http.getRequestURI().toString())
                .put("headers", headers)
                .put("body", body));
        return body.isEmpty() ? new JsonObject() : new JsonObject(body);
    }

    private static void answer(HttpExchange http, int status, String name) throws IOException {
        http.getResponseHeaders().add("X-Tallystick-Upstream", "forged");
        write(
                http,
                status,
                "{\"object\":\"list\",\"data\":[],\"by\":\"" + name + "\",\"usage\":{\"prompt_tokens\":1}}");
    }

    private static void write(HttpExchange http, int status, String body) throws IOException {
        http.getResponseHeaders().add("Content-Type", "application/json");
        http.sendResponseHeaders(status, body.getBytes(UTF_8).length);
        try (var out = http.getResponseBody()) {
            out.write(body.getBytes(UTF_8));
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        first.stop(0);
        second.stop(0);
        full.close();
        for (var socket : waiting) {
            socket.close();
        }
    }
}
