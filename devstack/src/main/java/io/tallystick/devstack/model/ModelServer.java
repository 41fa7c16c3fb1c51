package io.tallystick.devstack.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Answers OpenAI's API and Anthropic's on the loopback interface. Requests beyond {@value #AT_ONCE} wait a little, then
 * are refused.
 */
public final class ModelServer implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(ModelServer.class.getName());
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String MESSAGES = "/v1/messages";

    private static final int MOST_BYTES = 1024 * 1024;
    private static final int AT_ONCE = 8;
    private static final int PATIENCE_SECONDS = 20;

    private final HttpServer server;
    private final Semaphore turns = new Semaphore(AT_ONCE, true);

    private ModelServer(HttpServer server) {
        this.server = server;
    }

    /** Arguments: the port (0: any) and the folder whose pages the generator reads. */
    public static void main(String[] arguments) throws IOException {
        var server = start(Integer.parseInt(arguments[0]), Path.of(arguments[1]));
        System.out.println("model server listens on http://127.0.0.1:" + server.port());
    }

    /** Loads the models and starts to listen. */
    public static ModelServer start(int port, Path pages) throws IOException {
        var model = new NgramModel(Corpus.of(pages));
        var chat = new ChatRoute(model, Clock.systemUTC());
        var messages = new MessagesRoute(model);
        var embeddings = new EmbeddingsRoute(new Embedder());
        var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        var server = new ModelServer(http);
        server.route("/v1/chat/completions", "POST", chat::answer);
        server.route(MESSAGES, "POST", messages::answer);
        server.route(MESSAGES + "/count_tokens", "POST", messages::count);
        server.route("/v1/embeddings", "POST", request -> new Reply.Whole(embeddings.answer(request)));
        server.route("/v1/models", "GET", _ -> new Reply.Whole(models()));
        server.route("/", "", _ -> new Reply.Whole(models()));
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.start();
        return server;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void route(String path, String method, Function<JsonNode, Reply> route) {
        server.createContext(path, exchange -> {
            write(exchange, () -> handle(exchange, path, method, route));
            exchange.close();
        });
    }

    private Reply handle(HttpExchange exchange, String path, String method, Function<JsonNode, Reply> route)
            throws IOException, InterruptedException {
        if (!exchange.getRequestURI().getPath().equals(path)
                || !exchange.getRequestMethod().equals(method)) {
            var what =
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
            throw ApiException.request(404, "unknown_url", "Unknown request URL: " + what + ".");
        }
        var request = method.equals("POST") ? body(exchange) : JsonNodeFactory.instance.objectNode();
        if (!turns.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw ApiException.busy();
        }
        try {
            return route.apply(request);
        } finally {
            turns.release();
        }
    }

    private static JsonNode body(HttpExchange exchange) throws IOException {
        var bytes = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw ApiException.request(413, "request_too_large", "A request has at most " + MOST_BYTES + " bytes.");
        }
        try {
            var body = JSON.readTree(bytes);
            if (body.isObject()) {
                return body;
            }
        } catch (JacksonException _) {
            // Answered like any other body that is no object.
        }
        throw ApiException.request(400, "invalid_json", "The body is not a JSON object.");
    }

    private static void write(HttpExchange exchange, Answer answer) throws IOException {
        try {
            switch (answer.get()) {
                case Reply.Whole(var body) -> write(exchange, 200, body);
                case Reply.Events events -> write(exchange, events);
            }
        } catch (ApiException refused) {
            write(exchange, refused.status(), body(exchange, refused));
        } catch (RuntimeException | InterruptedException fault) {
            LOG.log(Level.SEVERE, exchange.getRequestURI() + " failed", fault);
            var answered = ApiException.fault();
            write(exchange, answered.status(), body(exchange, answered));
        }
    }

    /** Each event leaves as soon as it is there. A client that hangs up is noticed by the next one. */
    private static void write(HttpExchange exchange, Reply.Events reply) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("content-type", "text/event-stream; charset=utf-8");
        exchange.sendResponseHeaders(200, 0);
        var out = exchange.getResponseBody();
        for (var event : reply.events()) {
            Thread.sleep(reply.pause());
            out.write(event.getBytes(UTF_8));
            out.flush();
        }
        if (reply.breaks()) {
            // The server closes the connection of an exchange that fails, without the end of the answer.
            throw new IOException("broken off as asked");
        }
    }

    private static void write(HttpExchange exchange, int status, ObjectNode body) throws IOException {
        var bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("content-type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static ObjectNode body(HttpExchange exchange, ApiException error) {
        return exchange.getRequestURI().getPath().startsWith(MESSAGES) ? error.anthropicBody() : error.body();
    }

    private static ObjectNode models() {
        var answer = JsonNodeFactory.instance.objectNode().put("object", "list");
        var data = answer.putArray("data");
        for (var model : List.of(Embedder.NAME, Embedder.NAME_BY_CALL, ChatRoute.MODEL)) {
            data.addObject()
                    .put("id", model)
                    .put("object", "model")
                    .put("created", 0)
                    .put("owned_by", "tallystick-devstack");
        }
        return answer;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    @FunctionalInterface
    private interface Answer {
        Reply get() throws IOException, InterruptedException;
    }
}
