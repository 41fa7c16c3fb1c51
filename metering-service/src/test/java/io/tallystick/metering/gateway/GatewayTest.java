package io.tallystick.metering.gateway;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.tallystick.kit.access.CompactJws;
import io.tallystick.kit.access.Ed25519Signer;
import io.tallystick.metering.gateway.call.Body;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client, a model server, billing and Kafka see on the wire. The order of the steps is PaidCallsTest's. */
@QuarkusTest
@WithTestResource(GatewayWorld.class)
class GatewayTest {
    private static final String EMBEDDINGS = "/v1/embeddings";
    private static final String CHAT = "/v1/chat/completions";

    @ConfigProperty(name = "test.world", defaultValue = "not this test's")
    String world;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String kafka;

    @ConfigProperty(name = "tallystick.topics.prefix")
    String prefix;

    @TestHTTPResource
    URI gateway;

    private final String payment = "pay-" + UUID.randomUUID();

    /** The first token, and the producer's first sight of the broker. */
    @BeforeEach
    void waitUntilItSells() {
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            var warm = "warm-" + UUID.randomUUID();
            return post(EMBEDDINGS, "{\"model\":\"ok\",\"input\":\"warm\"}", warm)
                            .extract()
                            .statusCode()
                    == 200;
        });
    }

    @Test
    void offersBeforeAnythingIsSentUpstream() {
        var text = "unpaid " + UUID.randomUUID();
        var body = "{\"model\":\"ok\",\"input\":\"" + text + "\"}";

        post(EMBEDDINGS, body, null)
                .statusCode(402)
                .header("PAYMENT-REQUIRED", "offer")
                .header("Cache-Control", "no-store")
                .header("Access-Control-Allow-Origin", "*")
                .header("Access-Control-Expose-Headers", startsWith("PAYMENT-REQUIRED, PAYMENT-RESPONSE, Retry-After"))
                .contentType("application/json")
                .body("error.message", equalTo("Payment required"))
                .body("error.type", equalTo("insufficient_quota"))
                .body("error.code", equalTo("insufficient_quota"))
                .body("error.param", nullValue());

        var digest = new Body(body.getBytes(UTF_8)).requestDigest("POST", EMBEDDINGS);
        var asked = seen("billing")
                .map(request -> new JsonObject(request.getString("body")))
                .filter(request -> digest.equals(request.getString("requestDigest")))
                .findAny()
                .orElseThrow();
        assertThat(asked.getString("tenant")).isEqualTo("acme");
        assertThat(asked.getString("method")).isEqualTo("POST");
        assertThat(asked.getString("route")).isEqualTo(EMBEDDINGS);
        assertThat(asked.getString("model")).isEqualTo("ok");
        assertThat(asked.getValue("payment")).isNull();
        assertThat(asked.getJsonObject("maximum"))
                .isEqualTo(new JsonObject().put("requests", "1").put("input_uncached", "" + (text.length() + 4)));
        assertThat(asked.getJsonObject("resource").getString("url"))
                .isEqualTo(gateway.resolve(EMBEDDINGS).toString());
        assertThat(seen("model").filter(request -> request.getString("body").contains(text)))
                .isEmpty();
    }

    @Test
    void passesThePaidCallThroughAndRecordsAndCapturesIt() {
        var body = "{ \"input\" : \"h\\u00e9 " + payment + "\",\n\"model\":\"ok\" }";

        var answer = given().contentType("application/json; charset=utf-8")
                .header("PAYMENT-SIGNATURE", payment)
                .header("Authorization", "Bearer the client's")
                .header("OpenAI-Organization", "the client's")
                .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .body(body)
                .post(EMBEDDINGS)
                .then()
                .statusCode(200)
                .header("PAYMENT-RESPONSE", "charged 12")
                .header("Cache-Control", "private")
                .header("x-request-id", "r-1")
                .header("X-Tallystick-Upstream", "default")
                .header("Set-Cookie", nullValue())
                .extract()
                .asString();
        assertThat(answer)
                .isEqualTo("{\"object\":\"list\", \"data\":[{\"embedding\":\"AAAA\"}],"
                        + "\"usage\":{\"prompt_tokens\":7,\"total_tokens\":7}}");

        var upstream = only("model", payment);
        assertThat(upstream.getString("body")).isEqualTo(body);
        assertThat(upstream.getString("path")).isEqualTo("/upstream/v1/embeddings");
        var headers = upstream.getJsonObject("headers");
        assertThat(headers.getString("authorization")).isEqualTo("Bearer " + GatewayWorld.PROVIDER_KEY);
        assertThat(headers.getString("accept-encoding")).isEqualTo("identity");
        assertThat(headers.getString("content-type")).isEqualTo("application/json; charset=utf-8");
        assertThat(headers.getString("traceparent")).startsWith("00-0af7651916cd43dd8448eb211c80319c-");
        assertThat(headers.fieldNames()).doesNotContain("payment-signature", "openai-organization");

        assertThat(captured(payment))
                .isEqualTo(new JsonObject()
                        .put("usage", new JsonObject().put("requests", "1").put("input_uncached", "7"))
                        .put("usageSource", "provider_final")
                        .put("eventId", payment));
        var event = recorded(payment);
        assertThat(new JsonObject(new String(event.value(), UTF_8)).getJsonObject("data"))
                .isEqualTo(new JsonObject()
                        .put("model", "ok")
                        .put("route", EMBEDDINGS)
                        .put("operation", "embeddings")
                        .put("upstream", "default")
                        .put("requests", 1)
                        .put("input_uncached", 7)
                        .put("usage_source", "provider_final"));
        assertThat(header(event, "ts-funding")).isEqualTo("call");
        assertThat(header(event, "ts-hold")).isEqualTo(payment);
        assertThat(header(event, "ts-tenant")).isEqualTo("acme");
        assertThat(header(event, "ts-by"))
                .isEqualTo(new Ed25519Signer(GatewayWorld.SEED).publicKey().didKey());
        assertThat(new String(event.value(), UTF_8)).doesNotContain("AAAA").doesNotContain("u00e9");
    }

    @Test
    void splitsAChatsUsage() {
        post(CHAT, "{\"model\":\"chat\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", payment)
                .statusCode(200)
                .body("choices[0].message.content", equalTo("hi"));

        assertThat(captured(payment).getJsonObject("usage"))
                .isEqualTo(new JsonObject()
                        .put("requests", "1")
                        .put("input_uncached", "9")
                        .put("output_text", "3")
                        .put("output_reasoning", "2"));
    }

    @Test
    void estimatesAndSaysSoIfNobodyCounted() {
        post(CHAT, "{\"model\":\"no-usage\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", payment)
                .statusCode(200);

        assertThat(captured(payment).getString("usageSource")).isEqualTo("estimated");
        assertThat(captured(payment).getJsonObject("usage").getString("output_text"))
                .isEqualTo("3");
    }

    @ParameterizedTest
    @CsvSource({
        "garbage, 502, upstream_answer_unreadable",
        "cut, 502, upstream_answer_unreadable",
        "huge, 502, upstream_answer_too_large",
        "elsewhere, 502, upstream_answer_unreadable",
        "slow, 504, upstream_timeout",
        "hangs-up, 502, upstream_unreachable"
    })
    void chargesNothingIfTheModelServerFails(String model, int status, String code) {
        post(EMBEDDINGS, embeddings(model), payment)
                .statusCode(status)
                .header("PAYMENT-RESPONSE", "charged 0")
                .header("Cache-Control", "no-store")
                .body("error.code", equalTo(code))
                .body("error.type", equalTo("server_error"));

        assertThat(closing(payment)).containsExactly("void");
    }

    @Test
    void passesTheModelServersErrorUnchanged() {
        var answer = post(EMBEDDINGS, embeddings("busy"), payment)
                .statusCode(429)
                .header("PAYMENT-RESPONSE", "charged 0")
                .header("x-ratelimit-reset", "7")
                .extract()
                .asString();

        assertThat(answer).isEqualTo("{\"error\":{\"message\":\"slow down\",\"type\":\"requests\"}}");
        assertThat(closing(payment)).containsExactly("void");
    }

    @ParameterizedTest
    @ValueSource(strings = {"billing-fails", "billing-hangs-up", "billing-babbles"})
    void sendsNothingWhileBillingIsAway(String failing) {
        var text = failing + UUID.randomUUID();
        post(EMBEDDINGS, "{\"model\":\"ok\",\"input\":\"" + text + "\"}", failing)
                .statusCode(503)
                .header("Retry-After", "2")
                .body("error.code", equalTo("billing_unavailable"));

        assertThat(seen("model").filter(request -> request.getString("body").contains(text)))
                .isEmpty();
    }

    @Test
    void asksAgainForAHoldWhoseAnswerWasLost() {
        post(EMBEDDINGS, embeddings("ok"), "lost-once-" + payment).statusCode(200);

        var asked = seen("billing")
                .map(request -> new JsonObject(request.getString("body")))
                .filter(body -> ("lost-once-" + payment).equals(body.getString("payment")))
                .map(body -> body.getString("callId"))
                .toList();
        assertThat(asked).hasSize(2);
        assertThat(asked.getFirst()).isEqualTo(asked.getLast());
    }

    @Test
    void deliversWhatIsRecordedThoughBillingDoesNotAnswerTheCapture() {
        var deaf = "deaf-" + payment;
        post(EMBEDDINGS, embeddings("ok"), deaf).statusCode(200).header("PAYMENT-RESPONSE", nullValue());

        assertThat(closing(deaf)).containsExactly("capture", "capture", "capture");
        assertThat(recorded(deaf)).isNotNull();
    }

    @Test
    void withholdsTheAnswerOfAPaymentThatWasNotSettled() {
        post(EMBEDDINGS, embeddings("ok"), "unsettled-" + payment)
                .statusCode(402)
                .header("PAYMENT-RESPONSE", "failed")
                .header("PAYMENT-REQUIRED", nullValue())
                .body("error.type", equalTo("insufficient_quota"))
                .body("data", nullValue());
    }

    @Test
    void deliversAndChargesNothingThatKafkaDoesNotTake() {
        var unrecordable = "unrecordable-" + payment;
        post(EMBEDDINGS, embeddings("ok"), unrecordable)
                .statusCode(503)
                .header("Retry-After", "2")
                .header("PAYMENT-RESPONSE", "charged 0")
                .body("error.code", equalTo("usage_not_recorded"))
                .body("data", nullValue());

        assertThat(closing(unrecordable)).containsExactly("void");
    }

    @Test
    void tellsAPaymentThatCameBeforeWhereItStands() {
        post(EMBEDDINGS, embeddings("ok"), "again")
                .statusCode(409)
                .header("PAYMENT-RESPONSE", "charged 12")
                .header("x-should-retry", "false")
                .body("error.code", equalTo("payment_used"));
        post(EMBEDDINGS, embeddings("ok"), "at-once")
                .statusCode(409)
                .header("Retry-After", "2")
                .body("error.code", equalTo("payment_in_progress"));
    }

    @Test
    void showsAnOfferAndTakesARefundByGetWithoutTheModelServer() {
        var before = seen("model").count();

        given().get(EMBEDDINGS + "?model=ok").then().statusCode(402).header("PAYMENT-REQUIRED", "offer");
        given().header("PAYMENT-SIGNATURE", "refund")
                .get(CHAT)
                .then()
                .statusCode(200)
                .header("PAYMENT-RESPONSE", "refunded");
        given().header("PAYMENT-SIGNATURE", payment)
                .get(CHAT)
                .then()
                .statusCode(405)
                .header("PAYMENT-RESPONSE", "charged 0");

        assertThat(closing(payment)).containsExactly("void");
        assertThat(seen("model").count()).isEqualTo(before);
    }

    @Test
    void listsTheModelsForFree() {
        given().get("/v1/models").then().statusCode(200).body("data[0].id", equalTo("ok"));
        given().post("/v1/models").then().statusCode(405).header("Allow", "GET, OPTIONS");
    }

    @Test
    void letsAPageOfAnyOriginPay() {
        given().header("Origin", "https://app.example")
                .header("Access-Control-Request-Headers", "payment-signature")
                .options(CHAT)
                .then()
                .statusCode(204)
                .header("Access-Control-Allow-Origin", "*")
                .header("Access-Control-Allow-Headers", org.hamcrest.Matchers.containsString("PAYMENT-SIGNATURE"));
    }

    @Test
    void refusesWhatCannotBeReadBeforeAnyPayment() {
        var before = seen("billing").count();

        invalid("{\"model\":\"ok\",", 400, "invalid_json");
        invalid("[]", 400, "invalid_json");
        invalid("", 400, "invalid_json");
        invalid(embeddings("ok") + "{}", 400, "invalid_json");
        invalid("{\"model\":\"ok\",\"model\":\"dear\",\"input\":\"x\"}", 400, "invalid_json");
        invalid("{\"model\":\"ok\",\"input\":" + "[".repeat(70) + "]".repeat(70) + "}", 400, "invalid_json");
        invalid(embeddings("ok").getBytes(java.nio.charset.StandardCharsets.UTF_16LE), 400, "invalid_json");
        invalid(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}, 400, "invalid_json");
        invalid("{\"model\":\"ok\",\"input\":\"x\",\"stream\":true}", 400, "unsupported_value");
        invalid("{\"input\":\"x\"}", 400, "invalid_value");
        invalid("{\"model\":\"ok\",\"input\":\"" + "x".repeat(20_000) + "\"}", 413, "request_too_large");
        given().contentType("text/plain").body("x").post(CHAT).then().statusCode(415);
        given().contentType("application/json")
                .header("Content-Encoding", "gzip")
                .body(embeddings("ok"))
                .post(EMBEDDINGS)
                .then()
                .statusCode(415);
        given().delete(CHAT).then().statusCode(405).header("Allow", "GET, POST, OPTIONS");

        assertThat(seen("billing").count()).isEqualTo(before);
    }

    @Test
    void refusesTwoPaymentsInOneRequest() throws IOException {
        var answer = raw(
                head(EMBEDDINGS, "Connection: close\r\nPAYMENT-SIGNATURE: a\r\nPAYMENT-SIGNATURE: b\r\n", 2) + "{}");

        assertThat(answer).startsWith("HTTP/1.1 400").contains("invalid_payment");
    }

    @Test
    void refusesAChunkedBodyAboveTheLimit() throws IOException {
        var chunk = "4e20\r\n" + "x".repeat(20_000) + "\r\n";

        var answer = raw("POST " + EMBEDDINGS + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk);

        assertThat(answer).startsWith("HTTP/1.1 413").contains("request_too_large");
    }

    @Test
    void givesUpOnABodyThatDoesNotCome() throws IOException {
        assertThat(raw(head(EMBEDDINGS, "", 100) + "{"))
                .startsWith("HTTP/1.1 408")
                .contains("request_timeout");
    }

    /** More of them than calls are served at once. */
    @Test
    void servesCallsWhileOthersSendNoBody() throws IOException {
        var idle = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 16; i++) {
                var client = new Socket(gateway.getHost(), gateway.getPort());
                idle.add(client);
                client.getOutputStream().write(head(EMBEDDINGS, "", 100).getBytes(UTF_8));
                client.getOutputStream().flush();
            }

            post(EMBEDDINGS, embeddings("ok"), payment).statusCode(200);
            given().get("/v1/models").then().statusCode(200);
        } finally {
            for (var client : idle) {
                client.close();
            }
        }
    }

    @Test
    void takesAPaymentOfThirtyTwoKilobytes() {
        var large = payment + "x".repeat(32_000);

        post(EMBEDDINGS, embeddings("ok"), large).statusCode(200);
    }

    @Test
    void capturesThoughTheClientHungUp() throws IOException {
        var body = embeddings("thoughtful");
        try (var client = new Socket(gateway.getHost(), gateway.getPort())) {
            client.getOutputStream()
                    .write((head(EMBEDDINGS, "PAYMENT-SIGNATURE: " + payment + "\r\n", body.length()) + body)
                            .getBytes(UTF_8));
            client.getOutputStream().flush();
            await().until(() -> seen("billing")
                    .anyMatch(request -> request.getString("body").contains(payment)));
        }

        await().atMost(Duration.ofSeconds(10)).until(() -> closing(payment).equals(List.of("capture")));
        assertThat(recorded(payment)).isNotNull();
    }

    @Test
    void refusesMoreCallsThanItHasRoomForAndTakesThemAgainAfterwards() throws Exception {
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < 12; i++) {
                var own = payment + i;
                calls.add(() -> post(EMBEDDINGS, embeddings("thoughtful"), own)
                        .extract()
                        .statusCode());
            }
            var statuses = new ArrayList<Integer>();
            for (var answer : clients.invokeAll(calls)) {
                statuses.add(answer.get());
            }

            assertThat(statuses).containsOnly(200, 503);
            assertThat(statuses.stream().filter(status -> status == 200).count())
                    .isGreaterThanOrEqualTo(4);
        }
        for (int i = 0; i < 5; i++) {
            post(EMBEDDINGS, embeddings("ok"), payment + "after" + i).statusCode(200);
        }
    }

    @Test
    void fetchesItsTokenInTheBackgroundWithItsOwnKey() {
        var before = seen("identity").count();
        await().atMost(Duration.ofSeconds(15)).until(() -> seen("identity").count() > before);

        var form = form(seen("identity").reduce((_, last) -> last).orElseThrow().getString("body"));
        var key = new Ed25519Signer(GatewayWorld.SEED).publicKey();
        var claims = CompactJws.parse(form.get("client_assertion"), 2048, Set.of("alg", "typ", "kid"))
                .requireHeader("alg", "EdDSA")
                .verifiedBy(key)
                .claims();
        assertThat(form).containsEntry("grant_type", "client_credentials").containsEntry("scope", "payments:authorize");
        assertThat(form).containsEntry("audience", "billing-service").containsEntry("tenant", "acme");
        assertThat(claims.get("iss").textValue()).isEqualTo(key.didKey());
        assertThat(claims.get("sub").textValue()).isEqualTo(key.didKey());
        assertThat(claims.get("aud").textValue()).isEqualTo(world + "/identity");
        assertThat(claims.get("exp").longValue() - claims.get("iat").longValue())
                .isBetween(1L, 60L);
        assertThat(seen("billing")
                        .map(request -> request.getJsonObject("headers").getString("authorization")))
                .allMatch("Bearer at-1"::equals);
    }

    private void invalid(Object body, int status, String code) {
        var request = given().contentType("application/json");
        (body instanceof byte[] bytes ? request.body(bytes) : request.body((String) body))
                .post(EMBEDDINGS)
                .then()
                .statusCode(status)
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .body("error.type", equalTo("invalid_request_error"))
                .body("error.message", not(nullValue()))
                .body("error.code", equalTo(code));
    }

    private static ValidatableResponse post(String path, String body, String payment) {
        var request = RestAssured.given().contentType("application/json").body(body);
        return (payment == null ? request : request.header("PAYMENT-SIGNATURE", payment))
                .post(path)
                .then();
    }

    private String embeddings(String model) {
        return "{\"model\":\"" + model + "\",\"input\":\"" + payment + "\"}";
    }

    private static String head(String path, String headers, int length) {
        return "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + headers
                + "Content-Length: " + length + "\r\n\r\n";
    }

    /** The answer to bytes that no client library sends; the gateway is to close the connection after it. */
    private String raw(String request) throws IOException {
        try (var client = new Socket(gateway.getHost(), gateway.getPort())) {
            client.setSoTimeout(5_000);
            client.getOutputStream().write(request.getBytes(UTF_8));
            client.getOutputStream().flush();
            return new String(client.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private Stream<JsonObject> seen(String who) {
        var all = new JsonArray(RestAssured.get(world + "/seen").asString());
        return all.stream().map(JsonObject.class::cast).filter(one -> one.getString("who")
                .equals(who));
    }

    private JsonObject only(String who, String text) {
        return seen(who)
                .filter(request -> request.getString("body").contains(text))
                .reduce((_, _) -> {
                    throw new AssertionError("more than one with " + text);
                })
                .orElseThrow();
    }

    /** What billing was asked to do with a hold, in order: {@code capture} or {@code void}. */
    private List<String> closing(String hold) {
        return seen("billing")
                .map(request -> request.getString("path"))
                .filter(path -> path.contains("/" + hold + "/"))
                .map(path -> path.substring(path.lastIndexOf('/') + 1))
                .toList();
    }

    private JsonObject captured(String hold) {
        return seen("billing")
                .filter(request -> request.getString("path").endsWith("/" + hold + "/capture"))
                .map(request -> new JsonObject(request.getString("body")))
                .findAny()
                .orElseThrow();
    }

    private ConsumerRecord<byte[], byte[]> recorded(String hold) {
        var settings = Map.<String, Object>of("bootstrap.servers", kafka);
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var partitions = consumer.partitionsFor(prefix + "usage.recorded").stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            for (int polls = 0; polls < 40; polls++) {
                for (var record : consumer.poll(Duration.ofMillis(250))) {
                    if (hold.equals(header(record, "ts-hold"))) {
                        return record;
                    }
                }
            }
        }
        throw new AssertionError("no event of hold " + hold);
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    private static Map<String, String> form(String body) {
        return Stream.of(body.split("&"))
                .map(field -> field.split("=", 2))
                .collect(java.util.stream.Collectors.toMap(f -> f[0], f -> URLDecoder.decode(f[1], UTF_8)));
    }
}
