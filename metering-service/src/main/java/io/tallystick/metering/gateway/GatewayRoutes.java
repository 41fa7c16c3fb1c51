package io.tallystick.metering.gateway;

import io.opentelemetry.api.trace.Span;
import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.tallystick.metering.gateway.call.Answer;
import io.tallystick.metering.gateway.call.CallSlots;
import io.tallystick.metering.gateway.openai.ApiError;
import io.tallystick.metering.gateway.openai.PaidRoute;
import io.tallystick.metering.gateway.upstream.ConfiguredUpstreams;
import io.tallystick.metering.gateway.upstream.ModelLists;
import io.tallystick.metering.gateway.upstream.TokenCounts;
import io.tallystick.metering.gateway.upstream.UpstreamMetrics;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * The gateway's paths. Plain routes instead of resources, because bytes pass through and errors have the shape of the
 * API behind the gateway.
 */
@ApplicationScoped
class GatewayRoutes {
    static final String MODELS = "/v1/models";
    private static final String COUNT_TOKENS = TokenCounts.PATH;

    /** Before Quarkus' own limit of a body, which answers in no shape at all. */
    private static final int ORDER = -100;

    private final GatewayConfig config;
    private final Storefront storefront;
    private final ConfiguredUpstreams upstreams;
    private final ModelLists models;
    private final UpstreamMetrics upstreamMetrics;
    private final ServiceTokens tokens;
    private final GatewayMetrics metrics;
    private final AnswerWriter writer;
    private final CallSlots slots;
    private final CallSlots lists;

    GatewayRoutes(
            GatewayConfig config,
            Storefront storefront,
            ConfiguredUpstreams upstreams,
            ModelLists models,
            UpstreamMetrics upstreamMetrics,
            ServiceTokens tokens,
            GatewayMetrics metrics,
            AnswerWriter writer) {
        this.config = config;
        this.storefront = storefront;
        this.upstreams = upstreams;
        this.models = models;
        this.upstreamMetrics = upstreamMetrics;
        this.tokens = tokens;
        this.metrics = metrics;
        this.writer = writer;
        slots = new CallSlots(config.maxCalls());
        lists = new CallSlots(config.maxModelLists());
    }

    void register(@Observes Router router) {
        if (config.tenant().isEmpty()) {
            return;
        }
        requireWhole(config);
        var all = upstreams.all();
        for (var route : PaidRoute.values()) {
            router.route(route.path()).order(ORDER).handler(context -> paid(context, route));
        }
        router.route(MODELS).order(ORDER).handler(this::models);
        router.route(COUNT_TOKENS).order(ORDER).handler(this::countTokens);
        metrics.watch(slots, tokens, storefront);
        upstreamMetrics.watch(all.doors());
        tokens.keepFresh();
        storefront.warmUp();
        for (var door : all.doors()) {
            Log.infof(
                    "gateway sells %s, tenant=%s, upstream=%s",
                    door.upstream().url(),
                    config.tenant().orElseThrow(),
                    door.upstream().name());
        }
        all.idle().forEach(name -> Log.warnf("no route names the upstream %s: it gets no calls", name));
    }

    void leave(@Observes ShutdownDelayInitiatedEvent event) {
        storefront.close();
    }

    private static void requireWhole(GatewayConfig config) {
        var missing = config.billingUrl().isEmpty()
                || config.identityUrl().isEmpty()
                || config.clientKeyFile().isEmpty();
        if (missing) {
            throw new IllegalStateException("tallystick.gateway.tenant is set: set upstream.url (or upstreams), "
                    + "billing-url, identity-url and client-key-file beside it");
        }
    }

    private void paid(RoutingContext context, PaidRoute route) {
        var method = context.request().method();
        if (HttpMethod.POST.equals(method)) {
            sell(context, route);
        } else if (HttpMethod.GET.equals(method)) {
            inSlot(slots, context, route.path(), began(), () -> storefront.show(context.request(), route));
        } else {
            refuseMethod(context, "GET, POST, OPTIONS");
        }
    }

    /** The body first: one that does not come takes no slot from the calls that are paid. */
    private void sell(RoutingContext context, PaidRoute route) {
        var began = began();
        storefront
                .body(context.request())
                .onFailure(failure -> answer(context, route.path(), began, Storefront.fault(failure)))
                .onSuccess(body -> inSlot(
                        slots,
                        context,
                        route.path(),
                        began,
                        () -> storefront.sell(context.request(), route, body, () -> writer.stream(context))));
    }

    private static long began() {
        return System.nanoTime();
    }

    private void models(RoutingContext context) {
        if (HttpMethod.GET.equals(context.request().method())) {
            inSlot(
                    lists,
                    context,
                    MODELS,
                    began(),
                    () -> models.show(Storefront.headers(context.request()).forModelServer()));
        } else {
            refuseMethod(context, "GET, OPTIONS");
        }
    }

    private void countTokens(RoutingContext context) {
        if (HttpMethod.POST.equals(context.request().method())) {
            var began = began();
            storefront
                    .body(context.request())
                    .onFailure(failure -> answer(context, COUNT_TOKENS, began, Storefront.fault(failure)))
                    .onSuccess(body -> inSlot(
                            lists, context, COUNT_TOKENS, began, () -> storefront.count(context.request(), body)));
        } else {
            refuseMethod(context, "POST, OPTIONS");
        }
    }

    /** Kept until the answer is written. */
    private void inSlot(
            CallSlots slots, RoutingContext context, String route, long began, Supplier<CompletionStage<Answer>> work) {
        if (!slots.take()) {
            answer(context, route, began, Storefront.overloaded());
            return;
        }
        var vertx = context.vertx().getOrCreateContext();
        BiConsumer<Answer, Throwable> done = (answer, failure) -> vertx.runOnContext(_ -> {
            slots.release();
            answer(context, route, began, failure == null ? answer : Storefront.fault(failure));
        });
        try {
            work.get().whenComplete(done);
        } catch (RuntimeException e) {
            done.accept(null, e);
        }
    }

    private void answer(RoutingContext context, String route, long began, Answer answer) {
        metrics.answered(route, answer.outcome(), System.nanoTime() - began);
        Span.current()
                .setAttribute("tallystick.outcome", answer.outcome().name().toLowerCase(Locale.ROOT));
        writer.write(context.request(), answer);
    }

    private void refuseMethod(RoutingContext context, String allowed) {
        if (HttpMethod.OPTIONS.equals(context.request().method())) {
            writer.preflight(context.request(), allowed);
        } else {
            context.response().putHeader("Allow", allowed);
            writer.write(
                    context.request(),
                    Storefront.invalid(ApiError.invalid(405, "method_not_allowed", "Use one of " + allowed + ".")));
        }
    }
}
