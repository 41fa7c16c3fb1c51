package io.tallystick.metering.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opentelemetry.api.trace.Span;
import io.quarkus.logging.Log;
import io.tallystick.metering.gateway.anthropic.MessagesReader;
import io.tallystick.metering.gateway.call.Answer;
import io.tallystick.metering.gateway.call.Answer.Outcome;
import io.tallystick.metering.gateway.call.Body;
import io.tallystick.metering.gateway.call.CallLog;
import io.tallystick.metering.gateway.call.Headers;
import io.tallystick.metering.gateway.call.ModelServer;
import io.tallystick.metering.gateway.call.PaidCall;
import io.tallystick.metering.gateway.call.PaidCalls;
import io.tallystick.metering.gateway.call.Payments;
import io.tallystick.metering.gateway.caller.Admission;
import io.tallystick.metering.gateway.caller.Allowance;
import io.tallystick.metering.gateway.caller.Buyer;
import io.tallystick.metering.gateway.caller.Callers;
import io.tallystick.metering.gateway.caller.KeyLimits;
import io.tallystick.metering.gateway.caller.KeyLimits.Permission;
import io.tallystick.metering.gateway.openai.ApiError;
import io.tallystick.metering.gateway.openai.CallRequest;
import io.tallystick.metering.gateway.openai.Limits;
import io.tallystick.metering.gateway.openai.PaidRoute;
import io.tallystick.metering.gateway.openai.RequestReading;
import io.tallystick.metering.gateway.openai.Requests;
import io.tallystick.metering.gateway.stream.ClientStream;
import io.tallystick.metering.gateway.stream.PaidStreams;
import io.tallystick.metering.gateway.stream.StreamConfig;
import io.tallystick.metering.gateway.stream.StreamTexts;
import io.tallystick.metering.gateway.upstream.ConfiguredUpstreams;
import io.tallystick.metering.gateway.upstream.TokenCounts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** Turns an HTTP request into a call that can be paid, or into what is wrong with it. */
@ApplicationScoped
class Storefront {
    private static final String PAYMENT = "PAYMENT-SIGNATURE";

    /** Less than {@code quarkus.shutdown.timeout}: they have to be recorded and captured, too. */
    private static final Duration STREAMS_END_WITHIN = Duration.ofMinutes(2);

    /** How often a stream looks at the clock. */
    private static final long TICK_MILLIS = 500;

    private final GatewayConfig config;
    private final RequestBodies bodies;
    private final JsonBodies json;
    private final Requests requests;
    private final MessagesReader messages;
    private final TokenCounts counts;
    private final Callers callers;
    private final KeyLimits limits = new KeyLimits();
    private final PaidCalls calls;
    private final PaidStreams streams;
    private final StreamTexts texts;

    Storefront(
            GatewayConfig config,
            RequestBodies bodies,
            JsonBodies json,
            Callers callers,
            Payments payments,
            ModelServer modelServer,
            TokenCounts counts,
            ConfiguredUpstreams upstreams,
            CallLog log,
            StreamTexts texts,
            StreamConfig streaming,
            Vertx vertx) {
        this.config = config;
        this.bodies = bodies;
        this.json = json;
        this.texts = texts;
        this.callers = callers;
        this.counts = counts;
        var most = new Limits(
                config.outputLimit(),
                config.outputLimits(),
                config.maxChoices(),
                config.maxInputs(),
                config.templateTokens());
        requests = new Requests(most);
        messages = new MessagesReader(most);
        calls = new PaidCalls(payments, modelServer, log, json, InstantSource.system(), upstreams.longestWait());
        streams = new PaidStreams(
                calls,
                payments,
                modelServer,
                log,
                texts,
                InstantSource.system(),
                streaming.limits(),
                tick -> ticking(vertx, tick));
    }

    /** Reads what streams are counted with, so that the first of them does not wait for it. */
    void warmUp() {
        texts.promptTokens(new Body("{}".getBytes(UTF_8)));
    }

    /** The process is told to end: streams end before it does, and are charged. */
    void close() {
        streams.endBy(Instant.now().plus(STREAMS_END_WITHIN));
    }

    /** Streams that are under way. */
    int openStreams() {
        return streams.open();
    }

    private static Runnable ticking(Vertx vertx, Runnable tick) {
        var timer = vertx.setPeriodic(TICK_MILLIS, _ -> tick.run());
        return () -> vertx.cancelTimer(timer);
    }

    /** The body of a POST; fails with what is wrong with the request as {@link #fault} reads it. */
    Future<Body> body(HttpServerRequest request) {
        return headFault(request)
                .<Future<Body>>map(error -> Future.failedFuture(new RequestBodies.RefusedException(error)))
                .orElseGet(() -> bodies.read(request));
    }

    /** POST: the call itself. */
    CompletionStage<Answer> sell(HttpServerRequest request, PaidRoute route, Body body, Supplier<ClientStream> client) {
        return json.request(body)
                .map(members -> read(route, members))
                .<CompletionStage<Answer>>map(reading -> switch (reading) {
                    case CallRequest asked
                    when asked.form().streamed() ->
                        serve(request, asked, body, call -> streams.serve(call, client.get()));
                    case CallRequest asked -> serve(request, asked, body, calls::serve);
                    case ApiError error -> CompletableFuture.completedStage(invalid(error));
                })
                .orElseGet(() -> CompletableFuture.completedStage(invalid(notJson())));
    }

    private RequestReading read(PaidRoute route, Map<String, Object> members) {
        return route == PaidRoute.MESSAGES ? messages.read(members) : requests.read(route, members);
    }

    /** How many tokens a message would have: free, whoever asks. */
    CompletionStage<Answer> count(HttpServerRequest request, Body body) {
        return json.request(body)
                .map(members -> Requests.modelFault(members)
                        .<CompletionStage<Answer>>map(error -> CompletableFuture.completedStage(invalid(error)))
                        .orElseGet(() -> counts.count(
                                (String) members.get("model"), headers(request).forModelServer(), body)))
                .orElseGet(() -> CompletableFuture.completedStage(invalid(notJson())));
    }

    /** Whoever brings a payment is served for it. Whoever brings none is served if it is known, or is told what to pay. */
    private CompletionStage<Answer> serve(
            HttpServerRequest request,
            CallRequest asked,
            Body body,
            Function<PaidCall, CompletionStage<Answer>> serving) {
        if (request.getHeader(PAYMENT) != null) {
            return serving.apply(call(request, asked, body, Buyer.Stranger.UNKNOWN, Allowance.unlimited()));
        }
        return callers.identify(request, body.bytes(), config.tenant().orElseThrow())
                .thenCompose(admission -> switch (admission) {
                    case Admission.Refused refusal -> refused(request, refusal);
                    case Admission.Admitted(var buyer, var headers) -> {
                        put(request, headers);
                        yield permitted(
                                request,
                                asked,
                                buyer,
                                allowance -> serving.apply(call(request, asked, body, buyer, allowance)));
                    }
                });
    }

    private CompletionStage<Answer> permitted(
            HttpServerRequest request,
            CallRequest asked,
            Buyer buyer,
            Function<Allowance, CompletionStage<Answer>> serving) {
        return switch (limits.permit(buyer, asked, System.nanoTime())) {
            case Permission.Refused(var refusal) -> {
                callers.countRefused(refusal);
                yield refused(request, refusal);
            }
            case Permission.Permitted(var allowance) ->
                serving.apply(allowance).whenComplete((answer, _) -> {
                    if (nothingUsed(answer)) {
                        allowance.used(0, System.nanoTime());
                    }
                });
        };
    }

    /** What was used is said where it is recorded, and that comes first: this is for a call of which nothing was. */
    private static boolean nothingUsed(Answer answer) {
        return answer == null
                || answer instanceof Answer.Failed
                || answer instanceof Answer.PaidOnly
                || answer instanceof Answer.Streamed
                || answer.outcome() == Outcome.UPSTREAM_REFUSED;
    }

    private static CompletionStage<Answer> refused(HttpServerRequest request, Admission.Refused refusal) {
        put(request, refusal.headers());
        return CompletableFuture.completedStage(invalid(refusal.error()));
    }

    private static void put(HttpServerRequest request, Map<String, List<String>> headers) {
        headers.forEach((name, values) -> request.response().headers().set(name, values));
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
                    case MESSAGES -> config.offerModel().messages();
                });
        return calls.serve(call(
                request,
                CallRequest.smallest(route, model),
                Body.EMPTY,
                Buyer.Stranger.UNKNOWN,
                Allowance.unlimited()));
    }

    private PaidCall call(HttpServerRequest request, CallRequest asked, Body body, Buyer buyer, Allowance allowance) {
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
                body,
                buyer,
                allowance);
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
