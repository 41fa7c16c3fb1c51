package io.tallystick.devstack.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Calls of a chain's node. */
public final class JsonRpc {

    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final URI url;

    public JsonRpc(String url) {
        this.url = URI.create(url);
    }

    /**
     * Calls a method.
     *
     * @throws IOException if the node does not answer or answers with an error
     */
    public JsonNode call(String method, Object... parameters) throws IOException, InterruptedException {
        var body = Map.of("jsonrpc", "2.0", "id", 1, "method", method, "params", List.of(parameters));
        var request = HttpRequest.newBuilder(url)
                .timeout(ANSWER)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                .build();
        var answer =
                JSON.readTree(HTTP.send(request, BodyHandlers.ofByteArray()).body());
        if (answer.has("error")) {
            throw new IOException(
                    method + ": " + answer.path("error").path("message").asText());
        }
        return answer.path("result");
    }
}
