package io.tallystick.metering.gateway;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.tallystick.kit.access.proof.TestProver;
import io.tallystick.kit.access.proof.signature.TestSignature;
import io.tallystick.metering.gateway.call.Body;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls without a payment, of callers that the gateway knows; billing's and the model server's side are played. */
@QuarkusTest
@WithTestResource(GatewayWorld.class)
class GatewayCallersTest {
    private static final String PATH = "/v1/embeddings";
    private static final String CLIENT = "did:key:zClient";

    @ConfigProperty(name = "test.world", defaultValue = "not this test's")
    String world;

    @TestHTTPResource(PATH)
    URI url;

    private final String text = "text " + UUID.randomUUID();

    @BeforeEach
    void waitUntilItSells() {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> status(given().header("Authorization", "Bearer " + token("acme", CLIENT, ""))) == 200);
    }

    @Test
    void anApiKeyInEitherHeaderBuysACallOfItsClient() {
        var key = key("acme", "*", 100, 100_000);

        post(given().header("x-api-key", key))
                .statusCode(200)
                .header("Tallystick-Remaining", "88")
                .header("RateLimit", containsString("\"key\";r="));
        post(given().header("Authorization", "Bearer " + key)).statusCode(200);

        assertThat(accounts()).containsOnly(new JsonObject().put("did", CLIENT));
        assertThat(seen("model").filter(one -> one.getString("body").contains(text)))
                .hasSize(2)
                .noneMatch(one -> one.encode().contains(key));
    }

    @Test
    void anAgentIsTakenByItsProofOnce() {
        var agent = TestProver.ed25519();
        var token = token(
                "acme",
                CLIENT,
                "\"act\":{\"sub\":\"did:key:zAgent\"},\"grant\":\"0123456789abcdef\",\"cnf\":{\"jkt\":\""
                        + agent.thumbprint() + "\"},");
        var bound = given().header("Authorization", "DPoP " + token);
        var nonce = post(bound.header("DPoP", agent.proof("POST", url.toString(), token, "none")))
                .statusCode(401)
                .header("WWW-Authenticate", containsString("use_dpop_nonce"))
                .body("error.code", equalTo("invalid_credentials"))
                .extract()
                .header("DPoP-Nonce");
        var proof = agent.proof("POST", url.toString(), token, nonce);

        post(given().header("Authorization", "DPoP " + token).header("DPoP", proof))
                .statusCode(200);
        post(given().header("Authorization", "DPoP " + token).header("DPoP", proof))
                .statusCode(401);
        post(given().header("Authorization", "Bearer " + token)).statusCode(401);

        var account = accounts().reduce((_, _) -> {
            throw new AssertionError("billing was asked twice");
        });
        assertThat(account.orElseThrow().getJsonObject("agent"))
                .isEqualTo(new JsonObject()
                        .put("did", "did:key:zAgent")
                        .put("key", agent.thumbprint())
                        .put("grant", "0123456789abcdef"));
        var shown = account.orElseThrow().getJsonObject("proof");
        assertThat(shown.getString("key")).isEqualTo(agent.thumbprint());
        assertThat(shown.getString("id")).isNotEmpty();
        assertThat(Instant.parse(shown.getString("usableUntil"))).isAfter(Instant.now());
    }

    @Test
    void bodyOfASignedRequestSwapped() {
        var client = TestProver.ed25519();
        var token = token("acme", CLIENT, "\"cnf\":{\"jkt\":\"" + client.thumbprint() + "\"},");
        var parts = TestSignature.parts("POST", url.toString(), "Bearer " + token, body("ok"));
        var headers = TestSignature.headers(
                client,
                parts,
                ";created=" + Instant.now().getEpochSecond() + ";keyid=\"" + client.did() + "\";tag=\"tallystick\"");

        given().contentType("application/json")
                .header("Authorization", "Bearer " + token)
                .header("Content-Digest", TestSignature.digest(body("ok")))
                .headers(headers)
                .body(body("ok").replace("text", "swapped"))
                .post(PATH)
                .then()
                .statusCode(401)
                .body("error.message", containsString("ody"));
        assertThat(accounts()).isEmpty();
    }

    @Test
    void keyOfAnotherTenant() {
        for (var request : new RequestSpecification[] {
            given().header("x-api-key", key("other", "*", 100, 100_000)),
            given().header("Authorization", "Bearer " + token("other", CLIENT, ""))
        }) {
            post(request).statusCode(403).body("error.code", equalTo("wrong_tenant"));
        }
        assertThat(accounts()).isEmpty();
    }

    @Test
    void modelNotAllowed() {
        post(given().header("x-api-key", key("acme", "small", 100, 100_000)))
                .statusCode(403)
                .body("error.code", equalTo("model_not_allowed"))
                .body("error.param", equalTo("model"));
        assertThat(accounts()).isEmpty();
    }

    /** A call may use as many tokens as its text has bytes, and four more; it uses seven. */
    @Test
    void aKeyIsHeldToItsTokensPerMinuteAndGivenBackWhatItDidNotUse() {
        var most = text.length() + 4;
        var key = key("acme", "*", 100, most + 10);
        post(given().header("x-api-key", key)).statusCode(200);
        post(given().header("x-api-key", key)).statusCode(200);

        post(given().header("x-api-key", key))
                .statusCode(429)
                .header("Retry-After", matchesPattern("[1-9]|[1-5][0-9]"))
                .body("error.type", equalTo("tokens"))
                .body("error.code", equalTo("rate_limit_exceeded"));
        assertThat(accounts()).hasSize(2);
    }

    @Test
    void aKeyIsHeldToItsRequestsPerMinute() {
        var key = key("acme", "*", 2, 100_000);
        await().atMost(Duration.ofSeconds(10)).until(() -> status(given().header("x-api-key", key)) == 429);

        post(given().header("x-api-key", key))
                .statusCode(429)
                .header("Retry-After", matchesPattern("[1-9]|[1-3][0-9]"))
                .body("error.type", equalTo("requests"));
    }

    @Test
    void credentialsThatDoNotHold() {
        var unknown = "tsk_0123456789abcdef_" + "A".repeat(43) + "00000000";
        post(given().header("x-api-key", unknown))
                .statusCode(401)
                .header("WWW-Authenticate", containsString("invalid_token"))
                .body("error.code", equalTo("invalid_api_key"));
        var forged = token("acme", CLIENT, "").replaceFirst("\\.[^.]+$", ".AAAA");
        post(given().header("Authorization", "Bearer " + forged))
                .statusCode(401)
                .body("error.code", equalTo("invalid_credentials"));
        post(given().header("Authorization", "Bearer " + mint("acme", CLIENT, "", "usage:read")))
                .statusCode(403)
                .body("error.code", equalTo("insufficient_scope"));
        given().contentType("application/json")
                .body(body("ok"))
                .post(PATH + "?key=" + key("acme", "*", 100, 1000))
                .then()
                .statusCode(401)
                .body("error.code", equalTo("invalid_api_key"));
        assertThat(accounts()).isEmpty();
    }

    @Test
    void aKeyThatIsNoneOfOursMakesAStranger() {
        for (var request : new RequestSpecification[] {
            given().header("Authorization", "Bearer sk-any"), given().header("x-api-key", "sk-any")
        }) {
            post(request).statusCode(402).header("PAYMENT-REQUIRED", "offer");
        }
    }

    @Test
    void aPaymentGoesBeforeAnAccount() {
        post(given().header("Authorization", "Bearer " + token("acme", CLIENT, ""))
                        .header("PAYMENT-SIGNATURE", "pay-" + UUID.randomUUID()))
                .statusCode(200)
                .header("PAYMENT-RESPONSE", "charged 12");
        assertThat(accounts()).isEmpty();
    }

    @Test
    void withoutRoomTheAnswerIsAnOfferThatSdksDoNotRepeat() {
        post(given().header("Authorization", "Bearer " + token("acme", CLIENT + "Poor", "")))
                .statusCode(402)
                .header("PAYMENT-REQUIRED", "offer")
                .body("error.message", equalTo("none of your channels has room"))
                .body("error.type", equalTo("insufficient_quota"))
                .body("error.code", equalTo("insufficient_quota"));
        assertThat(seen("model").filter(one -> one.getString("body").contains(text)))
                .isEmpty();
    }

    private ValidatableResponse post(RequestSpecification request) {
        return request.contentType("application/json")
                .body(body("ok"))
                .post(PATH)
                .then();
    }

    private static int status(RequestSpecification request) {
        return request.contentType("application/json")
                .body("{\"model\":\"ok\",\"input\":\"warm\"}")
                .post(PATH)
                .statusCode();
    }

    private String body(String model) {
        return "{\"model\":\"" + model + "\",\"input\":\"" + text + "\"}";
    }

    /** Whom billing was asked to charge for this test's calls. */
    private Stream<JsonObject> accounts() {
        var digest = new Body(body("ok").getBytes(UTF_8)).requestDigest("POST", PATH);
        return seen("billing")
                .map(one -> new JsonObject(one.getString("body")))
                .filter(asked -> digest.equals(asked.getString("requestDigest")))
                .filter(asked -> asked.containsKey("account"))
                .map(asked -> asked.getJsonObject("account"));
    }

    private Stream<JsonObject> seen(String who) {
        var all = new JsonArray(RestAssured.get(world + "/seen").asString());
        return all.stream().map(JsonObject.class::cast).filter(one -> one.getString("who")
                .equals(who));
    }

    private String token(String tenant, String did, String more) {
        return mint(tenant, did, more, more.contains("grant") ? "grants:spend" : "gateway:call");
    }

    private String mint(String tenant, String did, String more, String scopes) {
        return minted(new JsonObject()
                .put("tenant", tenant)
                .put("did", did)
                .put("more", more)
                .put("scopes", scopes));
    }

    /** Waits until the service has heard of it, without using it. */
    private String key(String tenant, String models, int requests, long tokens) {
        var key = minted(new JsonObject()
                .put("tenant", tenant)
                .put("did", CLIENT)
                .put("models", models)
                .put("requests", requests)
                .put("tokens", tokens)
                .put("scopes", "gateway:call"));
        await().atMost(Duration.ofSeconds(10))
                .until(() ->
                        given().header("x-api-key", key).get("/v1/dead-letters").statusCode() == 403);
        return key;
    }

    private String minted(JsonObject asked) {
        return given().body(asked.encode()).post(world + "/mint").asString();
    }
}
