package io.tallystick.identity.key.signer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tallystick.kit.access.Ed25519Signer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server with the part of the transit engine's API that we use, for the machine that has no Vault: written after
 * OpenBao's documentation and source, not a copy of it. It makes and keeps Ed25519 keys with versions, signs with them,
 * checks tokens and namespaces, and fails in the ways that a Vault fails in.
 */
public final class TransitServer implements AutoCloseable {
    public static final String TOKEN = "hvs.first";

    /** How the next request fails. */
    public enum Trouble {
        /** It does not. */
        NONE,
        /** 503, as while it is sealed. */
        SEALED,
        /** 429, as by a quota. */
        LIMITED,
        /** 429 that says to wait for a minute. */
        LIMITED_LONG,
        /** 500 from the storage below. */
        BROKEN,
        /** The work is done, and the connection ends before the answer. */
        LOST,
        /** The answer comes after a second. */
        SLOW,
        /** The answer begins and never ends. */
        DRIPPING,
        /** A page of some proxy, with 200. */
        PAGE,
        /** Another standby's address. */
        REDIRECT,
        /** Megabytes. */
        HUGE,
        /** A signature of something else. */
        WRONG_MESSAGE,
        /** A signature of another key. */
        WRONG_KEY,
        /** A right signature of another version. */
        WRONG_VERSION
    }

    private record TransitKey(String type, boolean exportable, List<Ed25519Signer> versions) {}

    private static final int SLOW_MILLIS = 1_000;

    private final JsonMapper json = new JsonMapper();
    private final SecureRandom random = new SecureRandom();
    private final Map<String, TransitKey> keys = new ConcurrentHashMap<>();
    private final HttpServer http;

    final List<String> tokens = new CopyOnWriteArrayList<>(List.of(TOKEN));
    final Queue<Trouble> troubles = new ConcurrentLinkedQueue<>();
    final List<String> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger logins = new AtomicInteger();
    final AtomicInteger underWay = new AtomicInteger();
    final AtomicInteger mostUnderWay = new AtomicInteger();
    volatile String namespace = "";
    volatile int leaseSeconds = 3_600;

    TransitServer(HttpServer http) {
        this.http = http;
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/v1/", this::handle);
        http.createContext("/troubles/", this::ask);
        http.start();
    }

    public static TransitServer start() throws IOException {
        return new TransitServer(HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0));
    }

    int port() {
        return http.getAddress().getPort();
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** A key that somebody else made. */
    void putKey(String name, String type, boolean exportable) {
        keys.put(name, new TransitKey(type, exportable, new CopyOnWriteArrayList<>(List.of(newSigner()))));
    }

    int versions(String name) {
        return keys.get(name).versions.size();
    }

    @Override
    public void close() {
        http.stop(0);
    }

    /** For tests in another class loader: the next requests fail like this, and those after them do not. */
    private void ask(HttpExchange exchange) throws IOException {
        try (exchange) {
            var names = exchange.getRequestURI().getPath().substring("/troubles/".length());
            troubles.clear();
            Arrays.stream(names.split(","))
                    .filter(name -> !name.isEmpty())
                    .map(Trouble::valueOf)
                    .forEach(troubles::add);
            exchange.sendResponseHeaders(204, -1);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
        try (exchange) {
            var path = exchange.getRequestURI().getPath().substring("/v1/".length());
            requests.add(exchange.getRequestMethod() + " " + path);
            var body = json.readTree(exchange.getRequestBody().readAllBytes());
            var trouble = troubles.poll();
            if (trouble == null || !fails(trouble, exchange)) {
                answer(exchange, path, body, trouble);
            }
        } finally {
            underWay.decrementAndGet();
        }
    }

    private boolean fails(Trouble trouble, HttpExchange exchange) throws IOException {
        switch (trouble) {
            case SEALED -> error(exchange, 503, "Vault is sealed");
            case LIMITED -> error(exchange, 429, "request path \"transit\": rate limit quota exceeded");
            case LIMITED_LONG -> {
                exchange.getResponseHeaders().add("Retry-After", "60");
                error(exchange, 429, "request path \"transit\": rate limit quota exceeded");
            }
            case BROKEN -> error(exchange, 500, "1 error occurred:\n\t* context deadline exceeded");
            case REDIRECT -> {
                exchange.getResponseHeaders().add("Location", "http://127.0.0.1:1" + exchange.getRequestURI());
                exchange.sendResponseHeaders(307, -1);
            }
            case PAGE -> send(exchange, 200, "<html>Welcome".getBytes(StandardCharsets.US_ASCII));
            case HUGE -> send(exchange, 200, new byte[4_000_000]);
            case DRIPPING -> {
                exchange.sendResponseHeaders(200, 1_000);
                exchange.getResponseBody().write('{');
                exchange.getResponseBody().flush();
                sleep();
            }
            case SLOW -> {
                sleep();
                return false;
            }
            case NONE, LOST, WRONG_MESSAGE, WRONG_KEY, WRONG_VERSION -> {
                return false;
            }
        }
        return true;
    }

    private void answer(HttpExchange exchange, String path, JsonNode body, Trouble trouble) throws IOException {
        var parts = path.split("/");
        if (!header(exchange, "X-Vault-Namespace").equals(namespace)) {
            error(exchange, 404, "no handler for route \"" + path + "\". route entry not found.");
        } else if (path.equals("auth/kubernetes/login")) {
            login(exchange, body);
        } else if (!tokens.contains(header(exchange, "X-Vault-Token"))) {
            error(exchange, 403, "permission denied");
        } else if (!parts[0].equals("transit") || parts.length < 3) {
            error(exchange, 404, "no handler for route \"" + path + "\". route entry not found.");
        } else if (parts[1].equals("sign")) {
            sign(exchange, parts[2], body, trouble);
        } else {
            key(exchange, parts, body, trouble);
        }
    }

    private void login(HttpExchange exchange, JsonNode body) throws IOException {
        logins.incrementAndGet();
        if (!body.path("role").asText().equals("tallystick")
                || body.path("jwt").asText().isEmpty()) {
            error(exchange, 400, "invalid role name \"" + body.path("role").asText() + "\"");
            return;
        }
        var token = "hvs.kubernetes-" + logins.get();
        tokens.add(token);
        var answer = json.createObjectNode();
        answer.putObject("auth").put("client_token", token).put("lease_duration", leaseSeconds);
        send(exchange, 200, json.writeValueAsBytes(answer));
    }

    private void key(HttpExchange exchange, String[] parts, JsonNode body, Trouble trouble) throws IOException {
        var name = parts[2];
        boolean writes = exchange.getRequestMethod().equals("POST");
        boolean rotates = writes && parts.length == 4 && parts[3].equals("rotate");
        if (rotates && keys.containsKey(name)) {
            keys.get(name).versions.add(newSigner());
        } else if (rotates) {
            error(exchange, 400, "key not found");
            return;
        } else if (writes) {
            var type = body.path("type").asText("aes256-gcm96");
            keys.computeIfAbsent(
                    name,
                    _ -> new TransitKey(
                            type,
                            body.path("exportable").asBoolean(),
                            new CopyOnWriteArrayList<>(List.of(newSigner()))));
        }
        if (trouble == Trouble.LOST) {
            return;
        }
        if (!keys.containsKey(name)) {
            // Without a message, as for anything that is read and not there.
            send(exchange, 404, "{\"errors\":[]}".getBytes(StandardCharsets.US_ASCII));
        } else if (writes) {
            exchange.sendResponseHeaders(204, -1);
        } else {
            send(exchange, 200, json.writeValueAsBytes(described(name, keys.get(name))));
        }
    }

    private ObjectNode described(String name, TransitKey key) {
        var answer = json.createObjectNode();
        var data = answer.putObject("data")
                .put("name", name)
                .put("type", key.type)
                .put("derived", false)
                .put("exportable", key.exportable)
                .put("allow_plaintext_backup", false)
                .put("latest_version", key.versions.size())
                .put("min_available_version", 0)
                .put("imported_key", false);
        var versions = data.putObject("keys");
        for (var i = 0; i < key.versions.size(); i++) {
            var publicKey = key.versions.get(i).publicKey().bytes();
            versions.putObject(Integer.toString(i + 1))
                    .put("name", key.type)
                    .put("public_key", Base64.getEncoder().encodeToString(publicKey))
                    .put("creation_time", "2026-06-01T12:00:00Z");
        }
        return answer;
    }

    private void sign(HttpExchange exchange, String name, JsonNode body, Trouble trouble) throws IOException {
        var key = keys.get(name);
        if (key == null) {
            error(exchange, 400, "signing key not found");
            return;
        }
        byte[] input;
        try {
            input = Base64.getDecoder().decode(body.path("input").asText());
        } catch (IllegalArgumentException e) {
            error(exchange, 400, "unable to decode input as base64: illegal base64 data");
            return;
        }
        int latest = key.versions.size();
        int version = body.path("key_version").asInt(0) == 0
                ? latest
                : body.path("key_version").asInt();
        if (version > latest) {
            error(exchange, 400, "cannot sign with version " + version);
            return;
        }
        if (trouble == Trouble.LOST) {
            return;
        }
        var signer = trouble == Trouble.WRONG_KEY ? newSigner() : key.versions.get(version - 1);
        var message = trouble == Trouble.WRONG_MESSAGE ? new byte[] {1} : input;
        int said = trouble == Trouble.WRONG_VERSION ? version + 1 : version;
        var answer = json.createObjectNode();
        answer.putObject("data")
                .put("signature", "vault:v" + said + ":" + Base64.getEncoder().encodeToString(signer.sign(message)))
                .put("key_version", said);
        send(exchange, 200, json.writeValueAsBytes(answer));
    }

    private Ed25519Signer newSigner() {
        var seed = new byte[32];
        random.nextBytes(seed);
        return new Ed25519Signer(seed);
    }

    private void error(HttpExchange exchange, int status, String message) throws IOException {
        var answer = json.createObjectNode();
        answer.putArray("errors").add(message);
        send(exchange, status, json.writeValueAsBytes(answer));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static String header(HttpExchange exchange, String name) {
        var values = new ArrayList<>(exchange.getRequestHeaders().getOrDefault(name, List.of("")));
        return values.getFirst();
    }

    private static void sleep() {
        try {
            Thread.sleep(SLOW_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
