package io.tallystick.metering.gateway;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.tallystick.metering.gateway.call.CallLog;
import io.tallystick.metering.usage.UsageEntry;
import io.tallystick.metering.usage.UsageLog;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Writes each call's usage event. Its id is the hold's, so a call counts once however often its event is sent, and
 * billing can tell which hold to capture.
 */
@ApplicationScoped
class CallEvents implements CallLog {
    private static final String TYPE = "io.tallystick.call";

    private final UsageLog log;
    private final ClientKey key;
    private final GatewayConfig config;
    private final Tracer tracer;
    private final Vertx vertx;
    private final GatewayMetrics metrics;

    CallEvents(UsageLog log, ClientKey key, GatewayConfig config, Tracer tracer, Vertx vertx, GatewayMetrics metrics) {
        this.log = log;
        this.key = key;
        this.config = config;
        this.tracer = tracer;
        this.vertx = vertx;
        this.metrics = metrics;
    }

    /** Completes on the call's own context: on Kafka's thread what follows would hold it up, and leave the trace. */
    @Override
    public CompletionStage<Void> append(Entry entry) {
        entry.call().allowance().used(entry.usage().quantities().tokens(), System.nanoTime());
        var span = span(entry);
        var call = vertx.getOrCreateContext();
        var done = new CompletableFuture<Void>();
        try (var _ = span.makeCurrent()) {
            log.append(entry(entry))
                    .whenComplete((_, failure) -> call.runOnContext(_ -> {
                        if (failure == null) {
                            metrics.used(entry.usage().source());
                            span.end();
                            done.complete(null);
                        } else {
                            span.setStatus(StatusCode.ERROR).end();
                            done.completeExceptionally(failure);
                        }
                    }));
        }
        return done;
    }

    private Span span(Entry entry) {
        return tracer.spanBuilder("send usage.recorded")
                .setSpanKind(SpanKind.PRODUCER)
                .setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.operation.type", "send")
                .setAttribute("messaging.destination.name", "usage.recorded")
                .setAttribute("tallystick.hold.id", entry.holdId())
                .startSpan();
    }

    private UsageEntry entry(Entry entry) {
        var tenant = config.tenant().orElseThrow();
        var event = event(tenant, entry).toBuffer().getBytes();
        return UsageEntry.ofCall(tenant, entry.subject(), entry.holdId(), key.did(), event);
    }

    private static JsonObject event(String tenant, Entry entry) {
        var request = entry.call().request();
        var data = new JsonObject()
                .put("model", request.model())
                .put("route", request.route().path())
                .put("operation", request.route().operation())
                .put("upstream", entry.upstream());
        entry.usage().quantities().units().forEach((bucket, units) -> data.put(bucket.wireName(), units));
        return new JsonObject()
                .put("specversion", "1.0")
                .put("id", entry.holdId())
                .put("source", "/gateway/" + tenant)
                .put("type", TYPE)
                .put("subject", entry.subject())
                .put("time", entry.time().toString())
                .put("datacontenttype", "application/json")
                .put("data", data.put("usage_source", entry.usage().source().wireName()));
    }
}
