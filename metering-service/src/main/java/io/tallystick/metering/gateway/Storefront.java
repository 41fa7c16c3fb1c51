package io.tallystick.metering.gateway;

import io.opentelemetry.api.trace.Span;
import io.quarkus.logging.Log;
import io.tallystick.metering.gateway.call.Answer;
import io.tallystick.metering.gateway.call.Answer.Outcome;
import io.tallystick.metering.gateway.call.Body;
import io.tallystick.metering.gateway.call.CallLog;
import io.tallystick.metering.gateway.call.Headers;
import io.tallystick.metering.gateway.call.ModelServer;
import io.tallystick.metering.gateway.call.PaidCall;
import io.tallystick.metering.gateway.call.PaidCalls;
import io.tallystick.metering.gateway.call.Payments;
import io.tallystick.metering.gateway.openai.ApiError;
import io.tallystick.metering.gateway.openai.CallRequest;
import io.tallystick.metering.gateway.openai.Limits;
import io.tallystick.metering.gateway.openai.PaidRoute;
import io.tallystick.metering.gateway.openai.Requests;
import io.tallystick.metering.gateway.upstream.ConfiguredUpstreams;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Turns an HTTP request into a call that can be paid, or into what is wrong with it. */
@ApplicationScoped
class Storefront {
    private static final String PAYMENT = "PAYMENT-SIGNATURE";

    private final GatewayConfig config;
    private final RequestBodies bodies;
    private final JsonBodies json;
    private final Requests requests;
    private final PaidCalls calls;

    Storefront(
            GatewayConfig config,
            RequestBodies bodies,
            JsonBodies json,
            Payments payments,
            ModelServer modelServer,
            ConfiguredUpstreams upstreams,
            CallLog log) {
        this.config = config;
        this.bodies = bodies;
        this.json = json;
        requests = new Requests(new Limits(
                config.outputLimit(),
                config.outputLimits(),
                config.maxChoices(),
                config.maxInputs(),
                config.templateTokens()));
        calls = new PaidCalls(payments, modelServer, log, json, InstantSource.system(), upstreams.longestWait());
    }

    /** The body of a POST; fails with what is wrong with the request as {@link #fault} reads it. */
    Future<Body> body(HttpServerRequest request) {
        return headFault(request)
                .<Future<Body>>map(error -> Future.failedFuture(new RequestBodies.RefusedException(error)))
                .orElseGet(() -> bodies.read(request));
    }

    /** POST: the call itself. */
    CompletionStage<Answer> sell(HttpServerRequest request, PaidRoute route, Body body) {
        return json.request(body)
                .map(members -> requests.read(route, members))
                .<CompletionStage<Answer>>map(reading -> switch (reading) {
                    case CallRequest asked -> calls.serve(call(request, asked, body));
                    case ApiError error -> CompletableFuture.completedStage(invalid(error));
                })
                .orElseGet(() -> CompletableFuture.completedStage(invalid(notJson())));
    }

    /** GET: an offer of the route's smallest call, or a refund. Never reaches the model server. */
    CompletionStage<Answer> show(HttpServerRequest request, PaidRoute route) {
        if (request.headers().getAll(PAYMENT).size() > 1) {
            return CompletableFuture.completedStage(invalid(ambiguousPayment()));
        }
        var model = Optional.ofNullable(request.getParam("model"))
                .filter(Requests::isModel)
                .orElseGet(() -> switch (route) {
                    case CHAT_COMPLETIONS -> config.offerModel().chat();
                    case EMBEDDINGS -> config.offerModel().embeddings();
                });
        return calls.serve(call(request, CallRequest.smallest(route, model), Body.EMPTY));
    }

    private PaidCall call(HttpServerRequest request, CallRequest asked, Body body) {
        var payment = request.getHeader(PAYMENT);
        Span.current()
                .setAttribute("gen_ai.operation.name", asked.route().operation())
                .setAttribute("gen_ai.request.model", asked.model());
        return new PaidCall(
                UUID.randomUUID(),
                request.method().name(),
                url(request, asked.route()),
                asked,
                payment == null ? "" : payment,
                headers(request),
                body);
    }

    private String url(HttpServerRequest request, PaidRoute route) {
        var base = config.publicUrl()
                .map(url -> url.toString().replaceFirst("/+$", ""))
                .orElseGet(() -> request.scheme() + "://" + request.authority());
        return base + route.path();
    }

    static Headers headers(HttpServerRequest request) {
        return new Headers(request.headers().entries().stream()
                .map(field -> new Headers.Field(field.getKey(), field.getValue()))
                .toList());
    }

    private static Optional<ApiError> headFault(HttpServerRequest request) {
        if (request.headers().getAll(PAYMENT).size() > 1) {
            return Optional.of(ambiguousPayment());
        }
        var type = request.getHeader("Content-Type");
        var encoding = request.getHeader("Content-Encoding");
        var plainJson = type != null
                && type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("application/json")
                && (encoding == null || encoding.equalsIgnoreCase("identity"));
        return plainJson
                ? Optional.empty()
                : Optional.of(ApiError.invalid(
                        415, "unsupported_media_type", "Send the body as application/json, not compressed."));
    }

    private static ApiError ambiguousPayment() {
        return ApiError.invalid(PAYMENT, "invalid_payment", "Send one " + PAYMENT + " header.");
    }

    private static ApiError notJson() {
        return ApiError.invalid(
                "", "invalid_json", "Send one JSON object in UTF-8, with no member twice and at most 64 levels deep.");
    }

    static Answer invalid(ApiError error) {
        return new Answer.Failed(Outcome.INVALID, error, Headers.NONE);
    }

    static Answer overloaded() {
        return new Answer.Failed(
                Outcome.UNAVAILABLE,
                ApiError.server(503, "overloaded", "Too many calls are being served. Nothing was charged. Try again."),
                Headers.NONE);
    }

    /** What ends a call outside of its steps: a body that was not received, or a fault of ours. */
    static Answer fault(Throwable failure) {
        var cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        if (cause instanceof RequestBodies.RefusedException refused) {
            return invalid(refused.error());
        }
        Log.error("call failed", cause);
        return new Answer.Failed(
                Outcome.UNAVAILABLE,
                ApiError.server(500, "internal_error", "Our fault. Try again; if it stays, tell the operator."),
                Headers.NONE);
    }
}
