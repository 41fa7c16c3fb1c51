package io.tallystick.metering.gateway;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.tallystick.kit.LogLines;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls to several model servers that run, are not there, or fail. What an upstream is let alone for is UpstreamsTest's. */
@QuarkusTest
@WithTestResource(GatewayWorld.class)
class RoutingTest {
    private static final String EMBEDDINGS = "/v1/embeddings";
    private static final String SERVED_BY = "X-Tallystick-Upstream";

    @ConfigProperty(name = "test.world", defaultValue = "not this test's")
    String world;

    @ConfigProperty(name = "test.upstreams", defaultValue = "not this test's")
    String upstreams;

    @TestHTTPResource(value = "/health/well", management = true)
    URI health;

    @TestHTTPResource(value = "/metrics", management = true)
    URI metrics;

    private final String payment = "pay-" + UUID.randomUUID();

    @BeforeEach
    void waitUntilItSells() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> call("ok", "warm-" + UUID.randomUUID()).extract().statusCode() == 200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"closed", "no-tls", "full"})
    void goesToTheNextIfNothingWasSentToTheFirst(String unreachable) {
        call(unreachable + "/small", payment)
                .statusCode(200)
                .header(SERVED_BY, "second")
                .header("PAYMENT-RESPONSE", "charged 12")
                .body("by", equalTo("second"));

        assertThat(received("second")).hasSize(1);
        assertThat(closing()).containsExactly("capture");
    }

    @Test
    void floodingTheFreeCountOfTokensKeepsNoUpstreamFromThoseWhoPay() {
        for (int i = 0; i < 5; i++) {
            given().contentType("application/json")
                    .body(body("counting/small"))
                    .post("/v1/messages/count_tokens")
                    .then()
                    .statusCode(503)
                    .header(SERVED_BY, "counting");
        }

        call("counting/small", payment).statusCode(200).header(SERVED_BY, "counting");
        assertThat(received("counting")).hasSize(6);
    }

    @Test
    void goesToTheNextIfTheFirstIsBusyAndAsksItNoMoreForAsLongAsItSaid() {
        call("limited/small", payment).statusCode(200).header(SERVED_BY, "second");
        call("limited/small", payment + "-again").statusCode(200).header(SERVED_BY, "second");

        assertThat(received("limited")).hasSize(1);
        assertThat(received("second")).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "breaking, 502, upstream_unreachable",
        "dropping, 502, upstream_unreachable",
        "hanging, 504, upstream_timeout"
    })
    void attackACallThatMayHaveBeenServedIsServedNowhereElse(String first, int status, String code) {
        call(first + "/small", payment)
                .statusCode(status)
                .header("PAYMENT-RESPONSE", "charged 0")
                .header(SERVED_BY, nullValue())
                .body("error.code", equalTo(code));

        assertThat(received(first)).hasSize(1);
        assertThat(received("second")).isEmpty();
        assertThat(closing()).containsExactly("void");
    }

    /** 500 may come after the work; 503 is the answer because only 429 is set to be passed on. */
    @ParameterizedTest
    @CsvSource({"stumbling, 500", "away, 503"})
    void passesAnErrorThatMayComeAfterTheWork(String first, int status) {
        call(first + "/small", payment)
                .statusCode(status)
                .header(SERVED_BY, first)
                .body("by", equalTo(first));

        assertThat(received("second")).isEmpty();
    }

    @Test
    void changesTheModelsNameAndNoOtherByte() {
        var body = "{ \"input\":\"closed/small " + payment + "\" ,\n\"m\\u006fdel\" : \"closed\\/small\" }";
        given().contentType("application/json")
                .header("PAYMENT-SIGNATURE", payment)
                .body(body)
                .post(EMBEDDINGS)
                .then()
                .statusCode(200);

        assertThat(received("second").getFirst().getString("body"))
                .isEqualTo(body.replace("\"closed\\/small\"", "\"small\""));
    }

    @Test
    void attackTheClientsCredentialsAreNotSentOnAndEachProviderGetsItsOwnKey() {
        given().contentType("application/json")
                .header("PAYMENT-SIGNATURE", payment)
                .header("Authorization", "Bearer the client's")
                .header("x-api-key", "the client's")
                .header("Cookie", "the client's")
                .body(body("closed/small"))
                .post(EMBEDDINGS)
                .then()
                .statusCode(200);

        var headers = received("second").getFirst().getJsonObject("headers");
        assertThat(headers.getString("authorization")).isEqualTo("Bearer " + UpstreamsWorld.KEY_OF_SECOND);
        assertThat(headers.encode()).doesNotContain("the client's").doesNotContain(GatewayWorld.PROVIDER_KEY);
    }

    /** Neither by a header, nor by the model's name, nor by a redirect that the upstream makes of it. */
    @Test
    void attackSsrfByAHostThatTheClientNames() {
        given().contentType("application/json")
                .header("PAYMENT-SIGNATURE", payment)
                .header("X-Forwarded-Host", "127.0.0.1:1")
                .header("X-Tallystick-Upstream", "stumbling")
                .header("x-portkey-custom-host", "http://127.0.0.1:1")
                .body(body("closed/@127.0.0.1:1/../../admin?x=#"))
                .post(EMBEDDINGS + "?upstream=stumbling")
                .then()
                .statusCode(200)
                .header(SERVED_BY, "second");
        assertThat(received("second"))
                .extracting(request -> request.getString("path"))
                .containsExactly("/v1/embeddings");

        call("redirecting/" + upstreams + "/v1/embeddings", payment + "-redirect")
                .statusCode(502)
                .body("error.code", equalTo("upstream_answer_unreadable"));
        assertThat(received("second")).hasSize(1);
    }

    @Test
    void attackAKeyIsInNoAnswerAndNoLogHoweverACallFails() {
        try (var log = LogLines.open()) {
            for (var first :
                    List.of("closed", "no-tls", "full", "breaking", "dropping", "hanging", "stumbling", "away")) {
                var answer = call(first + "/small", payment + first).extract();
                assertThat(answer.headers() + answer.asString()).doesNotContain(UpstreamsWorld.KEY_MARKER);
            }
            assertThat(log.all()).isNotEmpty().allSatisfy(line -> assertThat(line)
                    .doesNotContain(UpstreamsWorld.KEY_MARKER));
        }
    }

    @Test
    void takesNoPaymentWhileTheOnlyOneThatServesTheModelIsAway() {
        for (int i = 0; i < 3; i++) {
            call("lost", payment + i).statusCode(502).body("error.code", equalTo("upstream_unreachable"));
        }

        call("lost", payment)
                .statusCode(503)
                .header("Retry-After", not(equalTo("2")))
                .body("error.code", equalTo("upstreams_busy"))
                .body("error.type", equalTo("server_error"));
        assertThat(billed(payment)).isEmpty();
        call("ok", payment).statusCode(200);
    }

    @Test
    void boundsTheCallsToAnUpstreamAndTakesTheNextForThoseAbove() throws Exception {
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = clients.submit(
                    () -> call("waiting/small", payment).extract().header(SERVED_BY));
            await().until(() -> !received("waiting").isEmpty());

            call("waiting/small", payment + "-above").statusCode(200).header(SERVED_BY, "second");
            call("alone", payment + "-alone")
                    .statusCode(503)
                    .header("Retry-After", "2")
                    .body("error.code", equalTo("upstreams_busy"));

            assertThat(waiting.get()).isEqualTo("waiting");
        }
        call("alone", payment + "-after").statusCode(200);
    }

    @Test
    void listsTheModelsOfAllThatAnswerByTheNamesThatClientsUse() {
        given().get("/v1/models")
                .then()
                .statusCode(200)
                .header(SERVED_BY, nullValue())
                .body("object", equalTo("list"))
                .body("data.id", hasItems("ok", "closed/small", "limited/small"))
                .body("data.id", not(hasItems("small")))
                .body("data.find { it.id == 'closed/small' }.owned_by", equalTo("x"))
                .body(not(containsString("secret-path")));
        var asked = lists();

        for (int i = 0; i < 5; i++) {
            given().get("/v1/models").then().statusCode(200);
        }

        assertThat(lists()).isEqualTo(asked);
    }

    @Test
    void isWellAsLongAsOneUpstreamIsThereAndTellsOfEach() {
        call("closed/small", payment).statusCode(200);

        given().get(health)
                .then()
                .statusCode(200)
                .body(
                        "checks.find { it.name == 'gateway' }.data.keySet()",
                        hasItems("upstream default", "upstream closed"));
        assertThat(given().get(metrics).asString())
                .contains("tallystick_gateway_upstream_breaker{upstream=\"closed\"}")
                .contains("tallystick_gateway_upstream_calls_open{upstream=\"second\"} 0.0")
                .containsPattern("tallystick_gateway_upstream_tries_seconds_count\\{.*upstream=\"second\".*\\}")
                .containsPattern("tallystick_gateway_upstream_passed_on_total\\{.*upstream=\"closed\".*\\}");
    }

    private ValidatableResponse call(String model, String paid) {
        return RestAssured.given()
                .contentType("application/json")
                .header("PAYMENT-SIGNATURE", paid)
                .body(body(model))
                .post(EMBEDDINGS)
                .then();
    }

    private String body(String model) {
        return new JsonObject().put("model", model).put("input", payment).encode();
    }

    /** What one of the upstreams received of this test's calls. */
    private List<JsonObject> received(String who) {
        return seen(upstreams)
                .filter(request -> request.getString("who").equals(who)
                        && request.getString("body").contains(payment))
                .toList();
    }

    private long lists() {
        return seen(upstreams)
                .filter(request -> request.getString("path").endsWith("/models"))
                .count();
    }

    private List<String> closing() {
        return seen(world)
                .map(request -> request.getString("path", ""))
                .filter(path -> path.contains("/" + payment + "/"))
                .map(path -> path.substring(path.lastIndexOf('/') + 1))
                .toList();
    }

    private List<JsonObject> billed(String paid) {
        return seen(world)
                .filter(request -> request.getString("who").equals("billing")
                        && request.getString("body").contains("\"payment\":\"" + paid + "\""))
                .toList();
    }

    private static Stream<JsonObject> seen(String base) {
        return new JsonArray(RestAssured.get(base + "/seen").asString())
                .stream().map(JsonObject.class::cast);
    }
}
