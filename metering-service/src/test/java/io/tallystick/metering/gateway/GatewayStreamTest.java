package io.tallystick.metering.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a client, a model server and billing see of a stream on the wire. Its life is PaidStreamTest's. */
@QuarkusTest
@WithTestResource(GatewayWorld.class)
class GatewayStreamTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final Duration SOON = Duration.ofSeconds(10);

    @ConfigProperty(name = "test.world", defaultValue = "not this test's")
    String world;

    @TestHTTPResource
    URI gateway;

    private final String payment = "stream-" + UUID.randomUUID();

    /** The first token, and the producer's first sight of the broker. */
    @BeforeEach
    void waitUntilItSells() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> RestAssured.given()
                                .contentType("application/json")
                                .header("PAYMENT-SIGNATURE", "warm-" + UUID.randomUUID())
                                .body("{\"model\":\"ok\",\"input\":\"warm\"}")
                                .post("/v1/embeddings")
                                .statusCode()
                        == 200);
    }

    @Test
    void passesEventsOnAndKeepsTheUsageToItself() throws IOException {
        var answer = whole("stream", "");

        assertThat(answer)
                .startsWith("HTTP/1.1 200 OK")
                .contains("PAYMENT-RESPONSE: at most 99", "X-request-id: r-2", "text/event-stream", "hello", "[DONE]")
                .containsIgnoringCase("cache-control: private")
                .doesNotContain("prompt_tokens");
        await().atMost(SOON).until(() -> captures().count() == 1);
        var captured = captures().findAny().orElseThrow();
        assertThat(captured.getString("usageSource")).isEqualTo("provider_final");
        assertThat(captured.getJsonObject("usage"))
                .isEqualTo(new JsonObject()
                        .put("requests", "1")
                        .put("input_uncached", "9")
                        .put("output_text", "2"));
    }

    @Test
    void showsTheUsageToWhoAsksForIt() throws IOException {
        assertThat(whole("stream", ",\"stream_options\":{\"include_usage\":true}"))
                .contains("prompt_tokens");
    }

    @Test
    void passesEachEventOnWhenItComes() throws IOException {
        try (var client = client("stream-endless", "")) {
            var lines = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8)).lines();
            assertThat(lines.filter(line -> line.contains("hello")).limit(3)).hasSize(3);
        }
    }

    @Test
    void aClientThatHangsUpPaysForWhatItGotAndTheModelServerIsCut() throws IOException {
        try (var client = client("stream-endless", "")) {
            var lines = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8)).lines();
            assertThat(lines.filter(line -> line.contains("hello")).limit(3)).hasSize(3);
        }

        await().atMost(SOON).until(() -> captures().count() == 1 && cuts().count() == 1);
        var captured = captures().findAny().orElseThrow();
        assertThat(captured.getString("usageSource")).isEqualTo("counted");
        var passed = Long.parseLong(captured.getJsonObject("usage").getString("output_text"));
        assertThat(passed).isBetween(3L, (long) cuts().findAny().orElseThrow().getInteger("events"));
    }

    @Test
    void aClientThatDoesNotReadIsCutAndTheModelServerHasToWaitForIt() throws IOException {
        try (var client = client("stream-flood", "")) {
            assertThat(client.getInputStream().read()).isEqualTo('H');

            await().atMost(SOON).until(() -> captures().count() == 1 && cuts().count() == 1);

            assertThat(cuts().findAny().orElseThrow().getInteger("events")).isLessThan(2_000);
        }
    }

    @Test
    void saysThatTheModelServerBrokeOffAndChargesWhatCame() throws IOException {
        var answer = whole("stream-break", "");

        assertThat(answer).contains("hello", "upstream_stream_broken").doesNotContain("[DONE]");
        await().atMost(SOON).until(() -> captures().count() == 1);
        assertThat(captures().findAny().orElseThrow().getString("usageSource")).isEqualTo("counted");
    }

    @Test
    void passesTheModelServersRefusalOn() throws IOException {
        assertThat(whole("busy", "")).startsWith("HTTP/1.1 429").contains("slow down");
        assertThat(captures()).isEmpty();
    }

    /** The request's bytes, but for what the gateway itself asks for. */
    private String whole(String model, String more) throws IOException {
        try (var client = client(model, more)) {
            return new String(client.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private Socket client(String model, String more) throws IOException {
        var body = "{\"stream\":true" + more + ",\"model\":\"" + model + "\",\"user\":\"" + payment
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        var client = new Socket();
        client.setReceiveBufferSize(8 * 1024);
        client.setSoTimeout(10_000);
        client.connect(new InetSocketAddress(gateway.getHost(), gateway.getPort()));
        client.getOutputStream()
                .write(("POST " + CHAT
                                + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
                                + "PAYMENT-SIGNATURE: " + payment + "\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                + body)
                        .getBytes(UTF_8));
        client.getOutputStream().flush();
        return client;
    }

    private Stream<JsonObject> captures() {
        return seen("billing")
                .filter(request -> request.getString("path").endsWith("/" + payment + "/capture"))
                .map(request -> new JsonObject(request.getString("body")));
    }

    private Stream<JsonObject> cuts() {
        return seen("cut").filter(cut -> cut.getString("body").contains(payment));
    }

    private Stream<JsonObject> seen(String who) {
        var all = new JsonArray(RestAssured.get(world + "/seen").asString());
        return all.stream().map(JsonObject.class::cast).filter(one -> one.getString("who")
                .equals(who));
    }
}
