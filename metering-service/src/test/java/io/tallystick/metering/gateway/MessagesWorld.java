package io.tallystick.metering.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.function.Consumer;

/** The part of {@link GatewayWorld}'s model server that speaks Anthropic's API; the model says how it answers. */
final class MessagesWorld {
    static final String WHOLE = "{\"id\": \"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"message\","
            + "\"content\":[{\"type\":\"text\",\"text\":\"hello\"}],\"stop_reason\":\"end_turn\",\"usage\":{"
            + "\"input_tokens\":3,\"cache_creation_input_tokens\":100,\"cache_read_input_tokens\":20,"
            + "\"cache_creation\":{\"ephemeral_5m_input_tokens\":60,\"ephemeral_1h_input_tokens\":40},"
            + "\"output_tokens\":7}}";

    static final String BUSY =
            "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}";

    private MessagesWorld() {}

    static boolean isMeant(HttpExchange http) {
        return http.getRequestURI().getPath().contains("/v1/messages");
    }

    static void answer(HttpExchange http, JsonObject asked, Consumer<JsonObject> seen) throws IOException {
        if (http.getRequestURI().getPath().endsWith("/count_tokens")) {
            write(http, 200, "{\"input_tokens\":42}");
            return;
        }
        switch (asked.getString("model")) {
            case "busy" -> write(http, 529, BUSY);
            case "garbage" -> write(http, 200, "{\"type\":\"message\"}");
            case "stream", "stream-break", "stream-endless" -> stream(http, asked, seen);
            default -> write(http, 200, WHOLE);
        }
    }

    private static void stream(HttpExchange http, JsonObject asked, Consumer<JsonObject> seen) throws IOException {
        var model = asked.getString("model");
        http.getResponseHeaders().add("Content-Type", "text/event-stream; charset=utf-8");
        http.sendResponseHeaders(200, 0);
        send(
                http,
                "message_start",
                "\"message\":{\"type\":\"message\",\"content\":[],\"usage\":{\"input_tokens\":9,"
                        + "\"cache_read_input_tokens\":4,\"output_tokens\":1}}");
        send(http, "content_block_start", "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}");
        send(http, "ping", "\"x\":1");
        int written = 0;
        try {
            for (int left = model.equals("stream-endless") ? 2_000 : 2; left > 0; left--) {
                send(http, "content_block_delta", "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hello\"}");
                written++;
                Thread.sleep(model.equals("stream-endless") ? 30 : 0);
            }
        } catch (IOException e) {
            seen.accept(new JsonObject()
                    .put("who", "cut")
                    .put("body", asked.encode())
                    .put("events", written));
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (model.equals("stream-break")) {
            throw new IOException("broken off");
        }
        send(http, "content_block_stop", "\"index\":0");
        send(http, "message_delta", "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":5}");
        send(http, "message_stop", "\"x\":1");
        http.close();
    }

    private static void send(HttpExchange http, String type, String members) throws IOException {
        var event = "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + members + "}\n\n";
        http.getResponseBody().write(event.getBytes(UTF_8));
        http.getResponseBody().flush();
    }

    private static void write(HttpExchange http, int status, String body) throws IOException {
        var bytes = body.getBytes(UTF_8);
        http.getResponseHeaders().add("Content-Type", "application/json");
        http.getResponseHeaders().add("anthropic-organization-id", "the provider's");
        http.getResponseHeaders().add("request-id", "req_1");
        http.sendResponseHeaders(status, bytes.length);
        try (var out = http.getResponseBody()) {
            out.write(bytes);
        }
    }
}
