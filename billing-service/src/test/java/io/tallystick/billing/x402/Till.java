package io.tallystick.billing.x402;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.ValidatableResponse;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Outcome;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.chain.abi.TokenCalls;
import io.tallystick.billing.channel.ExampleChannels;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.payment.PaymentStack;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/** A tenant that sells calls, and its gateway's side of authorize and capture. */
class Till {
    private static final Duration LONG = Duration.ofSeconds(60);

    final String tenant = "t" + UUID.randomUUID().toString().substring(0, 8);
    final Wallet provider;
    final Address payTo;

    private final String token =
            PaymentStack.token(tenant, "payments:authorize", "rates:write", "billing:read", "facilitator");

    Till(Wallet provider) {
        this.provider = provider;
        this.payTo = provider.address();
    }

    /** One token unit for three input tokens, ten for a request; {@code /v1/fixed} costs 20,000. */
    static Till open() {
        return open(new Wallet());
    }

    /** Sells for a provider that agrees to it. */
    static Till open(Wallet provider) {
        var till = new Till(provider);
        till.putPayee(provider.personally(till.consent())).statusCode(200);
        till.post(
                "/v1/rate-cards",
                new JsonObject()
                        .put("key", "standard")
                        .put(
                                "effectiveFrom",
                                Instant.now().truncatedTo(ChronoUnit.HOURS).toString())
                        .put("asset", ExampleChannels.USDC.id())
                        .put(
                                "prices",
                                new JsonArray()
                                        .add(flat("input_uncached", "1", "3"))
                                        .add(flat("requests", "10", "1")))
                        .put(
                                "fixedCalls",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("route", "/v1/fixed")
                                                .put("model", "*")
                                                .put("units", "20000"))));
        return till;
    }

    /** The text that the payee has to sign. */
    String consent() {
        return putPayee(null).statusCode(403).extract().jsonPath().getString("message");
    }

    ValidatableResponse putPayee(String signature) {
        return put(
                "/v1/payee",
                new JsonObject()
                        .put("payTo", payTo.hex())
                        .put("asset", ExampleChannels.USDC.id())
                        .put("signature", signature));
    }

    /** A payer with tokens. */
    static Wallet wallet(Transactions transactions, long units) {
        var wallet = new Wallet();
        var call = new TokenCalls(ExampleChannels.USDC.contract()).mint(wallet.address(), BigInteger.valueOf(units));
        var intent = new Intent("mint:" + wallet.address(), call);
        transactions.submit(intent).await().atMost(LONG);
        assertThat(transactions.outcome(intent.key(), 0, LONG).await().atMost(LONG))
                .isInstanceOf(Outcome.Succeeded.class);
        return wallet;
    }

    static long balance(ChainReads reads, Address holder) {
        return reads.balance(ExampleChannels.USDC.contract(), holder)
                .await()
                .atMost(LONG)
                .longValueExact();
    }

    /** What is offered for a call of at most so many input tokens; the first entry of {@code accepts}. */
    JsonObject offer(long tokens) {
        return required(authorize("/v1/embeddings", tokens, null))
                .getJsonArray("accepts")
                .getJsonObject(0);
    }

    /** The offer to pay a fixed price at once. */
    JsonObject exactOffer() {
        return required(authorize("/v1/fixed", 3, null)).getJsonArray("accepts").getJsonObject(1);
    }

    JsonObject pay(long tokens, JsonObject offer, JsonObject payload) {
        return authorize("/v1/embeddings", tokens, payment(offer, payload));
    }

    JsonObject payExact(JsonObject offer, JsonObject payload) {
        return authorize("/v1/fixed", 3, payment(offer, payload));
    }

    JsonObject authorize(String route, long tokens, String payment) {
        return authorize(UUID.randomUUID(), "POST", route, tokens, "a", payment);
    }

    JsonObject authorize(UUID callId, String method, String route, long tokens, String digest, String payment) {
        return new JsonObject(post("/v1/payments/authorize", asked(callId, method, route, tokens, digest, payment))
                .statusCode(200)
                .extract()
                .asString());
    }

    JsonObject asked(UUID callId, String method, String route, long tokens, String digest, String payment) {
        return new JsonObject()
                .put("tenant", tenant)
                .put("callId", callId.toString())
                .put(
                        "resource",
                        new JsonObject()
                                .put("url", "http://127.0.0.1" + route)
                                .put("description", "a call")
                                .put("mimeType", "application/json"))
                .put("method", method)
                .put("route", route)
                .put("model", "m1")
                .put("maximum", usage(tokens))
                .put("requestDigest", digest.repeat(64))
                .put("payment", payment);
    }

    JsonObject capture(JsonObject held, long tokens) {
        return new JsonObject(post(
                        "/v1/payments/" + held.getString("holdId") + "/capture",
                        new JsonObject()
                                .put("usage", usage(tokens))
                                .put("usageSource", "provider_final")
                                .put("eventId", held.getString("holdId")))
                .statusCode(200)
                .extract()
                .asString());
    }

    JsonObject release(JsonObject held) {
        return new JsonObject(post(
                        "/v1/payments/" + held.getString("holdId") + "/void",
                        new JsonObject().put("reason", "upstream_failed"))
                .statusCode(200)
                .extract()
                .asString());
    }

    JsonObject channel(Wallet wallet, JsonObject offer) {
        return new JsonObject(given().auth()
                .oauth2(token)
                .get("/v1/channels/" + wallet.channel(offer))
                .then()
                .statusCode(200)
                .extract()
                .asString());
    }

    /** Ids of the channels that a caller sees. */
    static List<String> channelsOf(String caller) {
        return given().auth()
                .oauth2(caller)
                .get("/v1/channels")
                .then()
                .statusCode(200)
                .extract()
                .path("channels.id");
    }

    static int channelStatus(String caller, String id) {
        return given().auth().oauth2(caller).get("/v1/channels/" + id).statusCode();
    }

    /** What a line of the reconciliation says, by source. */
    JsonObject reconciled(String line) {
        var lines = new JsonObject(given().auth()
                        .oauth2(token)
                        .get("/v1/reconciliation")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString())
                .getJsonArray("lines");
        var sides = new JsonObject();
        lines.stream()
                .map(JsonObject.class::cast)
                .filter(each -> each.getString("name").equals(line))
                .flatMap(each -> each.getJsonArray("sides").stream())
                .map(JsonObject.class::cast)
                .forEach(side -> sides.put(side.getString("source"), side.getString("amount")));
        return sides;
    }

    JsonObject facilitate(String action, JsonObject requirements, JsonObject payload) {
        return new JsonObject(post(
                        "/facilitator/" + action,
                        new JsonObject()
                                .put("x402Version", 2)
                                .put("paymentPayload", envelope(requirements, payload))
                                .put("paymentRequirements", requirements))
                .statusCode(200)
                .extract()
                .asString());
    }

    ValidatableResponse get(String path) {
        return given().auth().oauth2(token).get(path).then().statusCode(200);
    }

    ValidatableResponse post(String path, JsonObject body) {
        return given().auth()
                .oauth2(token)
                .contentType("application/json")
                .body(body.encode())
                .post(path)
                .then();
    }

    ValidatableResponse put(String path, JsonObject body) {
        return given().auth()
                .oauth2(token)
                .contentType("application/json")
                .body(body.encode())
                .put(path)
                .then();
    }

    static String payment(JsonObject offer, JsonObject payload) {
        return Base64.getEncoder()
                .encodeToString(envelope(offer, payload).encode().getBytes(UTF_8));
    }

    /** The 402's header of a refused call. */
    static JsonObject required(JsonObject refused) {
        assertThat(refused.getString("outcome")).isEqualTo("refused");
        return header(refused, "PAYMENT-REQUIRED");
    }

    static JsonObject response(JsonObject answered) {
        return header(answered, "PAYMENT-RESPONSE");
    }

    private static JsonObject header(JsonObject answer, String name) {
        var value = answer.getJsonObject("headers").getString(name);
        return new JsonObject(new String(Base64.getDecoder().decode(value), UTF_8));
    }

    private static JsonObject envelope(JsonObject offer, JsonObject payload) {
        return new JsonObject().put("x402Version", 2).put("accepted", offer).put("payload", payload);
    }

    private static JsonObject usage(long tokens) {
        return new JsonObject().put("requests", "1").put("input_uncached", Long.toString(tokens));
    }

    private static JsonObject flat(String meter, String units, String per) {
        return new JsonObject()
                .put("meter", meter)
                .put("kind", "flat")
                .put("units", units)
                .put("per", per);
    }
}
