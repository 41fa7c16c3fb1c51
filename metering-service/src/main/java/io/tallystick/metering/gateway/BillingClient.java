package io.tallystick.metering.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quarkus.logging.Log;
import io.tallystick.kit.problem.UnavailableException;
import io.tallystick.metering.gateway.call.Authorization;
import io.tallystick.metering.gateway.call.Body;
import io.tallystick.metering.gateway.call.Capture;
import io.tallystick.metering.gateway.call.Headers;
import io.tallystick.metering.gateway.call.PaidCall;
import io.tallystick.metering.gateway.call.Payments;
import io.tallystick.metering.gateway.caller.Buyer;
import io.tallystick.metering.gateway.openai.Bucket;
import io.tallystick.metering.gateway.openai.CallUsage;
import io.tallystick.metering.gateway.openai.Quantities;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/** Billing's authorize, capture and void over HTTP, under the gateway's own access token. */
@ApplicationScoped
class BillingClient implements Payments {
    private static final int MOST_BYTES = 256 * 1024;

    /** Authorize is idempotent by call, capture and void by hold, so each is asked again. */
    private static final List<Duration> RETRY_WAITS = List.of(Duration.ofMillis(100), Duration.ofMillis(800));

    private static final Duration RENEW_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final HttpExchange http;
    private final GatewayConfig config;
    private final ServiceTokens tokens;
    private final Vertx vertx;
    private final Bucket heldInput;
    private final Bucket heldOutput;

    BillingClient(HttpExchange http, GatewayConfig config, ServiceTokens tokens, Vertx vertx) {
        this.http = http;
        this.config = config;
        this.tokens = tokens;
        this.vertx = vertx;
        heldInput = Bucket.named(config.heldInput());
        heldOutput = Bucket.named(config.heldOutput());
    }

    @Override
    public CompletionStage<Authorization> authorize(PaidCall call) {
        return persistently("authorize", "/v1/payments/authorize", request(call), RETRY_WAITS)
                .map(BillingClient::authorization)
                .toCompletionStage();
    }

    @Override
    public CompletionStage<Capture> capture(String holdId, CallUsage usage) {
        var body = new JsonObject()
                .put("usage", quantities(usage.quantities()))
                .put("usageSource", usage.source().wireName())
                .put("eventId", holdId);
        return persistently("capture", "/v1/payments/" + holdId + "/capture", body, RETRY_WAITS)
                .map(BillingClient::capture)
                .toCompletionStage();
    }

    @Override
    public CompletionStage<Capture> release(String holdId, String reason) {
        var body = new JsonObject().put("reason", reason);
        return persistently("void", "/v1/payments/" + holdId + "/void", body, RETRY_WAITS)
                .map(BillingClient::capture)
                .toCompletionStage();
    }

    /** Not asked again here: a stream asks again as long as its hold lasts. */
    @Override
    public CompletionStage<Instant> renew(String holdId) {
        return post("renew", "/v1/payments/" + holdId + "/renew", new JsonObject(), RENEW_TIMEOUT)
                .map(answer -> Instant.parse(answer.getString("expiresAt")))
                .toCompletionStage();
    }

    private JsonObject request(PaidCall call) {
        var route = call.request().route();
        var asked = new JsonObject()
                .put("tenant", config.tenant().orElseThrow())
                .put("callId", call.id().toString())
                .put(
                        "resource",
                        new JsonObject()
                                .put("url", call.url())
                                .put("description", route.description())
                                .put("mimeType", "application/json"))
                .put("method", call.method())
                .put("route", route.path())
                .put("model", call.request().model())
                .put("maximum", quantities(call.request().maximum(heldInput, heldOutput)))
                .put("requestDigest", call.body().requestDigest(call.method(), route.path()))
                .put("payment", call.payment().isEmpty() ? null : call.payment())
                .put("streamed", call.request().form().streamed());
        if (call.buyer() instanceof Buyer.Known known) {
            asked.put("account", account(known));
        }
        return asked;
    }

    private static JsonObject account(Buyer.Known buyer) {
        var account = new JsonObject().put("did", buyer.did());
        buyer.agent()
                .map(agent -> new JsonObject()
                        .put("did", agent.did())
                        .put("key", agent.key())
                        .put("grant", agent.grant()))
                .ifPresent(agent -> account.put("agent", agent));
        buyer.proof()
                .map(proof -> new JsonObject()
                        .put("key", proof.key())
                        .put("id", proof.id())
                        .put("usableUntil", proof.usableUntil().toString()))
                .ifPresent(proof -> account.put("proof", proof));
        return account;
    }

    private static JsonObject quantities(Quantities quantities) {
        var json = new JsonObject();
        quantities.units().forEach((bucket, units) -> json.put(bucket.wireName(), Long.toString(units)));
        return json;
    }

    private Future<JsonObject> persistently(String operation, String path, JsonObject body, List<Duration> waits) {
        return post(operation, path, body, config.billingTimeout())
                .recover(failure -> waits.isEmpty() || failure.getCause() instanceof TimeoutException
                        ? Future.failedFuture(failure)
                        : after(waits.getFirst())
                                .compose(_ -> persistently(operation, path, body, waits.subList(1, waits.size()))));
    }

    private Future<Void> after(Duration wait) {
        var done = Promise.<Void>promise();
        vertx.setTimer(wait.toMillis(), _ -> done.complete());
        return done.future();
    }

    private Future<JsonObject> post(String operation, String path, JsonObject body, Duration wait) {
        var token = tokens.current();
        if (token.isEmpty()) {
            return Future.failedFuture(new UnavailableException("identity", RETRY_AFTER, null));
        }
        var headers =
                Headers.NONE.with("Authorization", "Bearer " + token.get()).with("Content-Type", "application/json");
        var url = URI.create(config.billingUrl().orElseThrow().toString().replaceFirst("/+$", "") + path);
        return http.send(
                        operation,
                        HttpMethod.POST,
                        url,
                        headers,
                        new Body(body.toBuffer().getBytes()),
                        wait,
                        MOST_BYTES)
                .map(BillingClient::answered)
                .recover(BillingClient::unavailable);
    }

    /** Billing says yes and no with 200; any other status is no answer to what was asked. */
    private static JsonObject answered(HttpExchange.Reply reply) {
        if (reply.status() != 200) {
            throw new IllegalStateException("billing answered with status " + reply.status());
        }
        return new JsonObject(new String(reply.body().bytes(), UTF_8));
    }

    private static <T> Future<T> unavailable(Throwable cause) {
        Log.warnf("dependency did not answer, dependency=billing, cause=%s", cause.toString());
        return Future.failedFuture(new UnavailableException("billing", RETRY_AFTER, cause));
    }

    private static Authorization authorization(JsonObject answer) {
        return switch (answer.getString("outcome")) {
            case "held" ->
                new Authorization.Held(
                        answer.getString("holdId"),
                        answer.getString("subject"),
                        Instant.parse(answer.getString("expiresAt")),
                        headers(answer));
            case "refused" ->
                new Authorization.Refused(answer.getInteger("status"), answer.getString("reason"), headers(answer));
            case "done" -> new Authorization.Done(answer.getInteger("status"), headers(answer));
            case "replayed" ->
                new Authorization.Replayed(
                        answer.getString("holdId"),
                        Authorization.State.valueOf(answer.getString("state").toUpperCase(Locale.ROOT)),
                        headers(answer));
            case null, default -> throw new IllegalStateException("billing answered with no outcome we know");
        };
    }

    private static Capture capture(JsonObject answer) {
        if (answer.getInteger("status", 200) >= 400) {
            return new Capture.NotSettled(
                    answer.getInteger("status"), answer.getString("reason", "settlement failed"), headers(answer));
        }
        return new Capture.Closed("0".equals(answer.getString("chargedUnits")), headers(answer));
    }

    private static Headers headers(JsonObject answer) {
        return new Headers(answer.getJsonObject("headers", new JsonObject()).stream()
                .map(header -> new Headers.Field(header.getKey(), (String) header.getValue()))
                .toList());
    }
}
