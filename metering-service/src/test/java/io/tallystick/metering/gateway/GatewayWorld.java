package io.tallystick.metering.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.tallystick.devstack.TestStack;
import io.tallystick.events.ApiKeyChanged;
import io.tallystick.kit.access.TestIdentity;
import io.tallystick.kit.access.apikey.ApiKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * Everything around the gateway on one HTTP server: a model server, billing and identity that play their wire, and fail
 * in the way that the request names: the model server by the model, billing by the payment. Broker and database are
 * real, and identity's feed is heard. What was received is told at {@code /seen}. Model servers beside this one are
 * {@link UpstreamsWorld}'s.
 */
public final class GatewayWorld implements QuarkusTestResourceLifecycleManager {
    static final byte[] SEED =
            "the gateway's seed in these tests".substring(0, 32).getBytes(UTF_8);
    static final String PROVIDER_KEY = "sk-provider";

    private final Queue<JsonObject> seen = new ConcurrentLinkedQueue<>();
    private final Set<String> lost = ConcurrentHashMap.newKeySet();
    private HttpServer server;
    private TestIdentity identity;
    private UpstreamsWorld upstreams;
    private Path seedFile;

    @Override
    public Map<String, String> start() {
        var stack = TestStack.join();
        var database = stack.createDatabase();
        var prefix = stack.topicsPrefix();
        createTopic(stack, prefix + "usage.recorded");
        var base = listen();
        identity = TestIdentity.start(stack.bootstrapServers(), prefix);
        var config = new HashMap<>(identity.config());
        config.put("quarkus.datasource.jdbc.url", stack.postgresJdbcUrl(database));
        config.put("quarkus.datasource.reactive.url", stack.postgresReactiveUrl(database));
        config.put("quarkus.datasource.username", stack.user());
        config.put("quarkus.datasource.password", stack.password());
        config.put("kafka.bootstrap.servers", stack.bootstrapServers());
        // So that a record with a very long subject is one that Kafka does not take.
        config.put("kafka.max.request.size", "100000");
        config.put("tallystick.access.issuer", base + "/identity");
        config.put("quarkus.http.test-port", "0");
        config.put("quarkus.management.test-port", "0");
        config.put("tallystick.gateway.tenant", "acme");
        config.put("tallystick.gateway.upstream.url", base + "/upstream/v1/");
        config.put("tallystick.gateway.upstream.api-key", PROVIDER_KEY);
        config.put("tallystick.gateway.upstream.timeout", "1500ms");
        config.put("tallystick.gateway.upstream.max-answer-bytes", "65536");
        config.put("tallystick.gateway.billing-url", base + "/billing");
        config.put("tallystick.gateway.identity-url", base + "/identity");
        config.put("tallystick.gateway.client-key-file", seedFile().toString());
        config.put("tallystick.gateway.max-body-bytes", "20000");
        config.put("tallystick.gateway.body-timeout", "1s");
        config.put("tallystick.gateway.max-calls", "4");
        config.put("tallystick.gateway.stream.stall-timeout", "1s");
        config.put("tallystick.gateway.output-limits.\"wordy\"", "9000");
        config.put("test.world", base);
        upstreams = several();
        upstreams.configure(config);
        return config;
    }

    @Override
    public void stop() {
        server.stop(0);
        identity.close();
        try {
            upstreams.close();
            Files.deleteIfExists(seedFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static UpstreamsWorld several() {
        try {
            return new UpstreamsWorld();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path seedFile() {
        try {
            seedFile = Files.createTempFile("gateway", ".seed");
            return Files.writeString(
                    seedFile, Base64.getUrlEncoder().withoutPadding().encodeToString(SEED) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void createTopic(TestStack stack, String name) {
        try (var admin = AdminClient.create(Map.of("bootstrap.servers", (Object) stack.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private String listen() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/upstream/v1/", this::model);
        server.createContext("/billing/v1/payments/", this::billing);
        server.createContext("/identity/token", this::identity);
        server.createContext("/seen", this::tell);
        server.createContext("/mint", this::mint);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void model(HttpExchange http) throws IOException {
        var body = remember("model", http);
        if (http.getRequestMethod().equals("GET")) {
            answer(http, 200, "{\"object\":\"list\",\"data\":[{\"id\":\"ok\"}]}");
            return;
        }
        if (MessagesWorld.isMeant(http)) {
            MessagesWorld.answer(http, new JsonObject(body), seen::add);
            return;
        }
        switch (new JsonObject(body).getString("model")) {
            case "stream", "stream-break", "stream-endless", "stream-flood" -> stream(http, new JsonObject(body));
            case "ok" -> {
                http.getResponseHeaders().add("x-request-id", "r-1");
                http.getResponseHeaders().add("Set-Cookie", "session=provider");
                http.getResponseHeaders().add("PAYMENT-RESPONSE", "forged");
                http.getResponseHeaders().add("Cache-Control", "public");
                answer(
                        http,
                        200,
                        "{\"object\":\"list\", \"data\":[{\"embedding\":\"AAAA\"}],"
                                + "\"usage\":{\"prompt_tokens\":7,\"total_tokens\":7}}");
            }
            case "chat" ->
                answer(
                        http,
                        200,
                        "{\"choices\":[{\"message\":{\"content\":\"hi\"}}],\"usage\":{\"prompt_tokens\":9,"
                                + "\"completion_tokens\":5,\"completion_tokens_details\":{\"reasoning_tokens\":2}}}");
            case "no-usage" -> answer(http, 200, "{\"choices\":[{\"message\":{\"content\":\"twelve bytes\"}}]}");
            case "secret" ->
                answer(
                        http,
                        200,
                        "{\"choices\":[{\"message\":{\"content\":\"completion-marker\"}}],"
                                + "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":5}}");
            case "secret-garbage" -> answer(http, 200, "completion-marker, not what you asked for");
            case "secret-refused" ->
                answer(http, 400, "{\"error\":{\"message\":\"completion-marker\",\"type\":\"x\"}}");
            case "garbage" -> answer(http, 200, "<html>not what you asked for</html>");
            case "cut" -> answer(http, 200, "{\"data\":[[1,2");
            case "huge" -> answer(http, 200, "{\"data\":[\"" + "x".repeat(70_000) + "\"]}");
            case "busy" -> {
                http.getResponseHeaders().add("x-ratelimit-reset", "7");
                answer(http, 429, "{\"error\":{\"message\":\"slow down\",\"type\":\"requests\"}}");
            }
            case "elsewhere" -> {
                http.getResponseHeaders().add("Location", "/upstream/v1/other");
                answer(http, 302, "");
            }
            case "slow" -> {
                sleep(4_000);
                answer(http, 200, "{\"data\":[]}");
            }
            case "thoughtful" -> {
                sleep(600);
                answer(http, 200, "{\"data\":[],\"usage\":{\"prompt_tokens\":1,\"total_tokens\":1}}");
            }
            default -> http.close();
        }
    }

    /** What was not read when the gateway hung up is told as {@code cut}. */
    private void stream(HttpExchange http, JsonObject request) throws IOException {
        http.getResponseHeaders().add("Content-Type", "text/event-stream");
        http.getResponseHeaders().add("x-request-id", "r-2");
        http.sendResponseHeaders(200, 0);
        var out = http.getResponseBody();
        var model = request.getString("model");
        var padding = model.equals("stream-flood") ? "x".repeat(20_000) : "";
        var event = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hello\"}}],\"padding\":\"" + padding
                + "\"}\n\n";
        int written = 0;
        try {
            for (int events = model.equals("stream") || model.equals("stream-break") ? 2 : 2_000;
                    events > 0;
                    events--) {
                out.write(event.getBytes(UTF_8));
                out.flush();
                written++;
                sleep(model.equals("stream-flood") ? 0 : 30);
            }
        } catch (IOException e) {
            seen.add(new JsonObject()
                    .put("who", "cut")
                    .put("body", request.encode())
                    .put("events", written));
            throw e;
        }
        if (model.equals("stream-break")) {
            throw new IOException("broken off");
        }
        out.write("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n".getBytes(UTF_8));
        if (request.getJsonObject("stream_options", new JsonObject()).getBoolean("include_usage", false)) {
            out.write("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\n"
                    .getBytes(UTF_8));
        }
        out.write("data: [DONE]\n\n".getBytes(UTF_8));
        http.close();
    }

    private void billing(HttpExchange http) throws IOException {
        var body = new JsonObject(remember("billing", http));
        var path = http.getRequestURI().getPath();
        if (path.endsWith("/authorize")) {
            if (body.getString("payment") == null && body.containsKey("account")) {
                charge(http, body);
                return;
            }
            authorize(http, body.getString("payment"), body.getBoolean("streamed", false));
        } else if (path.contains("deaf")) {
            answer(http, 503, "{}");
        } else if (path.contains("unsettled") && path.endsWith("/capture")) {
            answer(
                    http,
                    200,
                    "{\"status\":402,\"reason\":\"insufficient_funds\","
                            + "\"headers\":{\"PAYMENT-RESPONSE\":\"failed\"}}");
        } else if (path.contains("known-") && path.endsWith("/capture")) {
            answer(http, 200, "{\"chargedUnits\":\"12\",\"headers\":{\"Tallystick-Remaining\":\"88\"}}");
        } else {
            var charged = path.endsWith("/capture") ? "12" : "0";
            answer(
                    http,
                    200,
                    "{\"chargedUnits\":\"" + charged + "\",\"headers\":{\"PAYMENT-RESPONSE\":\"charged " + charged
                            + "\"}}");
        }
    }

    /** To an account; a poor one's is refused. */
    private void charge(HttpExchange http, JsonObject body) throws IOException {
        var did = body.getJsonObject("account").getString("did");
        answer(
                http,
                200,
                did.endsWith("Poor")
                        ? "{\"outcome\":\"refused\",\"status\":402,\"reason\":\"none of your channels has room\","
                                + "\"headers\":{\"PAYMENT-REQUIRED\":\"offer\"}}"
                        : new JsonObject()
                                .put("outcome", "held")
                                .put("holdId", "known-" + body.getString("callId"))
                                .put("subject", did)
                                .put("expiresAt", Instant.now().plusSeconds(60).toString())
                                .encode());
    }

    /** An access token or an API key, as the request's JSON says. */
    private void mint(HttpExchange http) throws IOException {
        var asked = new JsonObject(new String(http.getRequestBody().readAllBytes(), UTF_8));
        var scopes = asked.getString("scopes").split(" ", -1);
        var tenant = asked.getString("tenant");
        var did = asked.getString("did");
        var issuer = "http://127.0.0.1:" + server.getAddress().getPort() + "/identity";
        answer(
                http,
                200,
                asked.containsKey("models")
                        ? key(tenant, did, asked, scopes)
                        : identity.tokenOf(issuer, asked.getString("more"), tenant, did, "metering-service", scopes));
    }

    private String key(String tenant, String did, JsonObject asked, String... scopes) {
        var random = new SecureRandom();
        var id = new byte[ApiKey.ID_BYTES];
        var secret = new byte[ApiKey.SECRET_BYTES];
        random.nextBytes(id);
        random.nextBytes(secret);
        var key = ApiKey.of(id, secret);
        var now = Instant.now();
        identity.apiKey(revision -> new ApiKeyChanged(
                key.id(),
                tenant,
                did,
                key.hash(),
                Map.of("metering-service", List.of(scopes)),
                true,
                List.of(asked.getString("models").split(" ", -1)),
                asked.getInteger("requests"),
                asked.getLong("tokens"),
                now.plusSeconds(3600),
                false,
                now,
                now.plusSeconds(3600),
                revision));
        return key.reveal();
    }

    private void authorize(HttpExchange http, String payment, boolean streamed) throws IOException {
        if (payment != null && payment.startsWith("lost-once") && lost.add(payment)) {
            http.close();
            return;
        }
        switch (payment) {
            case null ->
                answer(
                        http,
                        200,
                        "{\"outcome\":\"refused\",\"status\":402,\"reason\":\"Payment required\","
                                + "\"headers\":{\"PAYMENT-REQUIRED\":\"offer\"}}");
            case "refund" ->
                answer(
                        http,
                        200,
                        "{\"outcome\":\"done\",\"status\":200," + "\"headers\":{\"PAYMENT-RESPONSE\":\"refunded\"}}");
            case "again" ->
                answer(
                        http,
                        200,
                        "{\"outcome\":\"replayed\",\"holdId\":\"h\",\"state\":\"captured\","
                                + "\"headers\":{\"PAYMENT-RESPONSE\":\"charged 12\"}}");
            case "at-once" ->
                answer(http, 200, "{\"outcome\":\"replayed\",\"holdId\":\"h\",\"state\":\"held\",\"headers\":{}}");
            case "billing-fails" -> answer(http, 500, "{}");
            case "billing-hangs-up" -> http.close();
            case "billing-babbles" -> answer(http, 200, "no json");
            default -> {
                // The broker refuses a record as large as this one's subject makes it.
                var subject = payment.startsWith("unrecordable") ? "s".repeat(200_000) : "did:pkh:eip155:84532:0xabc";
                answer(
                        http,
                        200,
                        new JsonObject()
                                .put("outcome", "held")
                                .put("holdId", payment.substring(0, Math.min(payment.length(), 60)))
                                .put("subject", subject)
                                .put("scheme", "batch-settlement")
                                .put("maximumUnits", "99")
                                .put("expiresAt", Instant.now().plusSeconds(60).toString())
                                .put(
                                        "headers",
                                        streamed
                                                ? new JsonObject().put("PAYMENT-RESPONSE", "at most 99")
                                                : new JsonObject())
                                .encode());
            }
        }
    }

    private void identity(HttpExchange http) throws IOException {
        remember("identity", http);
        answer(http, 200, "{\"access_token\":\"at-1\",\"token_type\":\"Bearer\",\"expires_in\":12}");
    }

    private void tell(HttpExchange http) throws IOException {
        var all = new JsonArray();
        seen.forEach(all::add);
        answer(http, 200, all.encode());
    }

    private String remember(String who, HttpExchange http) throws IOException {
        var body = new String(http.getRequestBody().readAllBytes(), UTF_8);
        var headers = new JsonObject();
        http.getRequestHeaders()
                .forEach((name, values) ->
                        headers.put(name.toLowerCase(java.util.Locale.ROOT), String.join(",", values)));
        seen.add(new JsonObject()
                .put("who", who)
                .put("path", http.getRequestURI().toString())
                .put("headers", headers)
                .put("body", body));
        return body;
    }

    private static void answer(HttpExchange http, int status, String body) throws IOException {
        var bytes = body.getBytes(UTF_8);
        http.getResponseHeaders().add("Content-Type", "application/json");
        http.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (var out = http.getResponseBody()) {
            out.write(bytes);
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
