package io.tallystick.metering.gateway;

import io.tallystick.metering.gateway.anthropic.MessageErrors;
import io.tallystick.metering.gateway.call.Answer;
import io.tallystick.metering.gateway.call.Body;
import io.tallystick.metering.gateway.call.Headers;
import io.tallystick.metering.gateway.openai.ApiError;
import io.tallystick.metering.gateway.stream.ClientStream;
import io.tallystick.metering.gateway.upstream.UpstreamsConfig;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;

/** Writes an answer. A client that hung up gets none, and nothing else changes. */
@ApplicationScoped
class AnswerWriter {
    private static final String RETRY_AFTER_SECONDS = "2";
    private static final int LINGER_MILLIS = 500;

    private static final String EXPOSED =
            "PAYMENT-REQUIRED, PAYMENT-RESPONSE, Retry-After, DPoP-Nonce, WWW-Authenticate, "
                    + "Tallystick-Charged, Tallystick-Held, Tallystick-Remaining, Tallystick-Asset";

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
            case Answer.Streamed _ -> response.end();
        }
    }

    /** The client's end of a stream, for the answer to this request. */
    ClientStream stream(RoutingContext context) {
        return new ResponseStream(context);
    }

    /** Lets a page of any origin pay: a payment is in a signature, never in a cookie. */
    void preflight(HttpServerRequest request, String allowed) {
        allowOrigin(request.response());
        request.response()
                .putHeader("Access-Control-Allow-Methods", allowed)
                .putHeader(
                        "Access-Control-Allow-Headers",
                        "Authorization, Content-Type, DPoP, Content-Digest, Signature, Signature-Input, x-api-key, "
                                + "anthropic-version, anthropic-beta, anthropic-dangerous-direct-browser-access, "
                                // The star is for what SDKs send beside: it covers all but Authorization.
                                + "PAYMENT-SIGNATURE, Access-Control-Expose-Headers, *")
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
            // The SDKs of both APIs repeat a 409 and a 500, and would buy a second answer without asking.
            response.putHeader("x-should-retry", "false");
        }
        if (error.status() == 413 || error.status() == 408) {
            closeSoon(request);
        }
        answer(response, error.status(), failed.payment(), json(request, error));
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

    private static JsonObject json(HttpServerRequest request, ApiError error) {
        return MessageErrors.areOf(request.path()) ? new JsonObject(MessageErrors.body(error)) : openai(error);
    }

    private static JsonObject openai(ApiError error) {
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
        response.putHeader("Access-Control-Allow-Origin", "*").putHeader("Access-Control-Expose-Headers", EXPOSED);
    }

    private static void put(HttpServerResponse response, Headers headers) {
        headers.fields().forEach(field -> response.headers().add(field.name(), field.value()));
    }

    /** The head goes with the first bytes, so that a stream that fails before them is an error like any other. */
    private final class ResponseStream implements ClientStream {
        private final RoutingContext context;
        private final HttpServerResponse response;
        private Headers answer = Headers.NONE;
        private Headers payment = Headers.NONE;

        ResponseStream(RoutingContext context) {
            this.context = context;
            response = context.response();
        }

        @Override
        public void begin(Headers head, Headers announcement, Listener listener) {
            answer = head;
            payment = announcement;
            if (response.closed()) {
                listener.gone();
                return;
            }
            context.addEndHandler(_ -> listener.gone());
            response.drainHandler(_ -> listener.drained());
        }

        @Override
        public void write(Body part) {
            if (isOpen()) {
                head();
                response.write(Buffer.buffer(part.bytes()));
            }
        }

        @Override
        public boolean full() {
            return response.writeQueueFull();
        }

        @Override
        public void end(Body last) {
            if (isOpen()) {
                head();
                response.end(Buffer.buffer(last.bytes()));
            }
        }

        @Override
        public void fail(ApiError error, Headers settled) {
            if (isOpen() && response.headWritten()) {
                var name = MessageErrors.areOf(context.request().path()) ? "event: error\n" : "";
                var data = json(context.request(), error).encode();
                response.end(Buffer.buffer(name + "data: " + data + "\n\n"));
            } else if (isOpen()) {
                AnswerWriter.this.fail(
                        context.request(), new Answer.Failed(Answer.Outcome.UPSTREAM_BROKE, error, settled));
            }
        }

        @Override
        public void cut() {
            if (isOpen()) {
                response.reset();
            }
        }

        private boolean isOpen() {
            return !response.ended() && !response.closed();
        }

        private void head() {
            if (!response.headWritten()) {
                put(response, answer.forClient().with("Cache-Control", "private"));
                put(response, payment);
                allowOrigin(response);
                response.setChunked(true);
            }
        }
    }
}
