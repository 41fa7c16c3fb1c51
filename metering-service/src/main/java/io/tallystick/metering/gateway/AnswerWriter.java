package io.tallystick.metering.gateway;

import io.tallystick.metering.gateway.call.Answer;
import io.tallystick.metering.gateway.call.Headers;
import io.tallystick.metering.gateway.openai.ApiError;
import io.tallystick.metering.gateway.upstream.UpstreamsConfig;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;

/** Writes an answer. A client that hung up gets none, and nothing else changes. */
@ApplicationScoped
class AnswerWriter {
    private static final String RETRY_AFTER_SECONDS = "2";
    private static final int LINGER_MILLIS = 500;

    private final Vertx vertx;
    private final boolean tellUpstream;

    AnswerWriter(Vertx vertx, UpstreamsConfig upstreams) {
        this.vertx = vertx;
        tellUpstream = upstreams.routing().tellUpstream();
    }

    void write(HttpServerRequest request, Answer answer) {
        var response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        switch (answer) {
            case Answer.Delivered delivered -> deliver(response, delivered);
            case Answer.Failed failed -> fail(request, failed);
            case Answer.PaidOnly paid ->
                answer(response, paid.status(), paid.payment(), new JsonObject().put("object", "payment"));
        }
    }

    /** Lets a page of any origin pay: a payment is in a signature, never in a cookie. */
    void preflight(HttpServerRequest request, String allowed) {
        allowOrigin(request.response());
        request.response()
                .putHeader("Access-Control-Allow-Methods", allowed)
                .putHeader(
                        "Access-Control-Allow-Headers",
                        "Authorization, Content-Type, PAYMENT-SIGNATURE, Access-Control-Expose-Headers")
                .putHeader("Access-Control-Max-Age", "600")
                .setStatusCode(204)
                .end();
    }

    private void deliver(HttpServerResponse response, Answer.Delivered delivered) {
        var answer = delivered.answer();
        var served = delivered.outcome() != Answer.Outcome.UPSTREAM_REFUSED;
        var headers = answer.headers().forClient().with("Cache-Control", served ? "private" : "no-store");
        put(response, headers);
        if (tellUpstream && !answer.upstream().isEmpty()) {
            response.putHeader("X-Tallystick-Upstream", answer.upstream());
        }
        put(response, delivered.payment());
        allowOrigin(response);
        response.setStatusCode(answer.status()).end(Buffer.buffer(answer.body().bytes()));
    }

    private void fail(HttpServerRequest request, Answer.Failed failed) {
        var response = request.response();
        var error = failed.error();
        var told = !failed.payment().all("Retry-After").isEmpty();
        if (!told && (error.status() == 503 || error.code().equals("payment_in_progress"))) {
            response.putHeader("Retry-After", RETRY_AFTER_SECONDS);
        }
        if (error.code().equals("payment_used") || error.code().equals("charge_unknown")) {
            // OpenAI's SDKs repeat a 409 and a 500, and would buy a second answer without asking.
            response.putHeader("x-should-retry", "false");
        }
        if (error.status() == 413 || error.status() == 408) {
            closeSoon(request);
        }
        answer(response, error.status(), failed.payment(), json(error));
    }

    /**
     * The rest of the body is not wanted. What still arrives is thrown away for a moment, because a connection closed
     * on unread bytes would take the answer with it.
     */
    private void closeSoon(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_2) {
            request.response().putHeader("Connection", "close");
            vertx.setTimer(LINGER_MILLIS, _ -> request.connection().close());
        }
    }

    private static void answer(HttpServerResponse response, int status, Headers payment, JsonObject body) {
        put(response, payment);
        allowOrigin(response);
        response.putHeader("Cache-Control", status < 400 ? "private" : "no-store")
                .putHeader("Content-Type", "application/json")
                .setStatusCode(status)
                .end(body.toBuffer());
    }

    private static JsonObject json(ApiError error) {
        return new JsonObject()
                .put(
                        "error",
                        new JsonObject()
                                .put("message", error.message())
                                .put("type", error.type())
                                .put("param", error.param().isEmpty() ? null : error.param())
                                .put("code", error.code()));
    }

    private static void allowOrigin(HttpServerResponse response) {
        response.putHeader("Access-Control-Allow-Origin", "*")
                .putHeader("Access-Control-Expose-Headers", "PAYMENT-REQUIRED, PAYMENT-RESPONSE, Retry-After");
    }

    private static void put(HttpServerResponse response, Headers headers) {
        headers.fields().forEach(field -> response.headers().add(field.name(), field.value()));
    }
}
