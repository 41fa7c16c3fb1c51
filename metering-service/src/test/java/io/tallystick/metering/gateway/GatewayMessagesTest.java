package io.tallystick.metering.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Anthropic's API on the wire: what a client, a model server and billing see of it. */
@QuarkusTest
@WithTestResource(GatewayWorld.class)
class GatewayMessagesTest {
    private static final String MESSAGES = "/v1/messages";
    private static final String COUNT = "/v1/messages/count_tokens";
    private static final Duration SOON = Duration.ofSeconds(10);

    @ConfigProperty(name = "test.world", defaultValue = "not this test's")
    String world;

    @TestHTTPResource
    URI gateway;

    private final String payment = "message-" + UUID.randomUUID();

    /** The first token, and the producer's first sight of the broker. */
    @BeforeEach
    void waitUntilItSells() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> request()
                                .header("PAYMENT-SIGNATURE", "warm-" + UUID.randomUUID())
                                .body(message("message"))
                                .post(MESSAGES)
                                .statusCode()
                        == 200);
    }

    @Test
    void passesThePaidMessageThroughAndCapturesItInBucketsThatDoNotOverlap() {
        var answer = request()
                .header("PAYMENT-SIGNATURE", payment)
                .body(message("message"))
                .post(MESSAGES)
                .then()
                .statusCode(200)
                .header("PAYMENT-RESPONSE", "charged 12")
                .header("request-id", "req_1")
                .header("anthropic-organization-id", nullValue())
                .extract()
                .asString();

        assertThat(answer).isEqualTo(MessagesWorld.WHOLE);
        assertThat(captured().getString("usageSource")).isEqualTo("provider_final");
        assertThat(captured().getJsonObject("usage"))
                .isEqualTo(new JsonObject()
                        .put("requests", "1")
                        .put("input_uncached", "3")
                        .put("cache_read", "20")
                        .put("cache_write_5m", "60")
                        .put("cache_write_1h", "40")
                        .put("output_text", "7"));
        var asked = seen("billing")
                .filter(request -> request.getString("path").endsWith("/authorize"))
                .map(request -> new JsonObject(request.getString("body")))
                .filter(request -> payment.equals(request.getString("payment")))
                .findAny()
                .orElseThrow();
        assertThat(asked.getString("route")).isEqualTo(MESSAGES);
        assertThat(asked.getJsonObject("maximum").getString("output_text")).isEqualTo("50");
    }

    @Test
    void theClientsOwnKeysNeverReachTheModelServer() {
        for (var path : List.of(MESSAGES, COUNT)) {
            request()
                    .header("PAYMENT-SIGNATURE", payment)
                    .header("x-api-key", "sk-ant-of-the-client")
                    .header("Authorization", "Bearer of-the-client")
                    .header("anthropic-version", "2099-01-01")
                    .header("anthropic-beta", "one-2025-01-01,two-2025-01-01")
                    .body(message("message"))
                    .post(path)
                    .then()
                    .statusCode(200);
        }

        var asked = seen("model")
                .filter(request -> request.getString("body").contains(payment))
                .map(request -> request.getJsonObject("headers"))
                // Not the call that waits until it sells.
                .filter(headers -> headers.containsKey("anthropic-beta"))
                .toList();
        assertThat(asked).hasSize(2).allSatisfy(headers -> {
            assertThat(headers.getString("x-api-key")).isEqualTo(GatewayWorld.PROVIDER_KEY);
            assertThat(headers.containsKey("authorization")).isFalse();
            assertThat(headers.getString("anthropic-version")).isEqualTo("2099-01-01");
            assertThat(headers.getString("anthropic-beta")).isEqualTo("one-2025-01-01,two-2025-01-01");
            assertThat(headers.encode()).doesNotContain("of-the-client");
        });
    }

    @Test
    void countsTokensForNothing() {
        request()
                .body(message("message"))
                .post(COUNT)
                .then()
                .statusCode(200)
                .header("PAYMENT-RESPONSE", nullValue())
                .body("input_tokens", equalTo(42));

        assertThat(seen("billing").filter(asked -> asked.getString("body").contains(payment)))
                .isEmpty();
    }

    @Test
    void passesAStreamOnAndTakesTheLastOfItsRunningTotals() throws IOException {
        var answer = whole("stream");

        assertThat(answer)
                .startsWith("HTTP/1.1 200 OK")
                .contains("event: message_start\n", "event: ping\n", "hello")
                .contains("event: message_delta\n", "event: message_stop\n");
        await().atMost(SOON).until(() -> captures().count() == 1);
        assertThat(captured().getString("usageSource")).isEqualTo("provider_final");
        assertThat(captured().getJsonObject("usage"))
                .isEqualTo(new JsonObject()
                        .put("requests", "1")
                        .put("input_uncached", "9")
                        .put("cache_read", "4")
                        .put("output_text", "5"));
    }

    @Test
    void aClientThatHangsUpPaysForWhatItGotAndTheModelServerIsCut() throws IOException {
        try (var client = client("stream-endless")) {
            var lines = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8)).lines();
            assertThat(lines.filter(line -> line.contains("hello")).limit(3)).hasSize(3);
        }

        await().atMost(SOON).until(() -> captures().count() == 1 && cuts().count() == 1);
        assertThat(captured().getString("usageSource")).isEqualTo("provider_partial");
        var usage = captured().getJsonObject("usage");
        assertThat(usage.getString("input_uncached")).isEqualTo("9");
        assertThat(Long.parseLong(usage.getString("output_text")))
                .isBetween(3L, (long) cuts().findAny().orElseThrow().getInteger("events"));
    }

    @Test
    void tellsInAnEventThatTheModelServerBrokeOff() throws IOException {
        var answer = whole("stream-break");

        var error = answer.substring(answer.indexOf("event: error\ndata: ") + 19);
        var told = new JsonObject(error.substring(0, error.indexOf('\n'))).getJsonObject("error");
        assertThat(told.getString("type")).isEqualTo("api_error");
        assertThat(told.getString("code")).isEqualTo("upstream_stream_broken");
        await().atMost(SOON).until(() -> captures().count() == 1);
        assertThat(captured().getString("usageSource")).isEqualTo("provider_partial");
    }

    @Test
    void offersInTheWordsOfTheApi() {
        request()
                .body(message("message"))
                .post(MESSAGES)
                .then()
                .statusCode(402)
                .header("PAYMENT-REQUIRED", "offer")
                .contentType("application/json")
                .body("type", equalTo("error"))
                .body("error.type", equalTo("billing_error"))
                .body("error.message", equalTo("Payment required"));
    }

    @Test
    void passesTheModelServersRefusalOnAndChargesNothing() {
        var answer = request()
                .header("PAYMENT-SIGNATURE", payment)
                .body(message("busy"))
                .post(MESSAGES);

        assertThat(answer.statusCode()).isEqualTo(529);
        assertThat(answer.asString()).isEqualTo(MessagesWorld.BUSY);
        assertThat(captures()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"POST,{,400,invalid_request_error", "PUT,{},405,invalid_request_error"})
    void saysWhatIsWrongInTheShapeOfTheApi(String method, String body, int status, String type) {
        for (var path : List.of(MESSAGES, COUNT)) {
            request()
                    .body(body)
                    .request(method, path)
                    .then()
                    .statusCode(status)
                    .body("type", equalTo("error"))
                    .body("error.type", equalTo(type));
        }
    }

    @Test
    void refusesWhatIsTooLargeOrUnreadableInTheShapeOfTheApi() {
        request()
                .body(" ".repeat(20_001))
                .post(MESSAGES)
                .then()
                .statusCode(413)
                .body("error.type", equalTo("request_too_large"));
        request()
                .header("PAYMENT-SIGNATURE", payment)
                .body(message("garbage"))
                .post(MESSAGES)
                .then()
                .statusCode(502)
                .body("error.type", equalTo("api_error"));
        assertThat(captures()).isEmpty();
    }

    private static RequestSpecification request() {
        return RestAssured.given().contentType("application/json");
    }

    private String message(String model) {
        return message(model, false);
    }

    private String message(String model, boolean stream) {
        var asked = new JsonObject()
                .put("model", model)
                .put("max_tokens", 50)
                .put("metadata", new JsonObject().put("user_id", payment))
                .put(
                        "messages",
                        new JsonArray().add(new JsonObject().put("role", "user").put("content", "hi")));
        return (stream ? asked.put("stream", true) : asked).encode();
    }

    private String whole(String model) throws IOException {
        try (var client = client(model)) {
            return new String(client.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private Socket client(String model) throws IOException {
        var body = message(model, true);
        var client = new Socket(gateway.getHost(), gateway.getPort());
        client.setSoTimeout(10_000);
        client.getOutputStream()
                .write(("POST " + MESSAGES
                                + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
                                + "PAYMENT-SIGNATURE: " + payment + "\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                + body)
                        .getBytes(UTF_8));
        client.getOutputStream().flush();
        return client;
    }

    private JsonObject captured() {
        return captures().findAny().orElseThrow();
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
