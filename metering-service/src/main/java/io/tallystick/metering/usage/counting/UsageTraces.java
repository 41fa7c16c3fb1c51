package io.tallystick.metering.usage.counting;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.tallystick.events.UsageHeaders;
import io.tallystick.kit.outbox.TraceParent;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a trace shows of counting. A batch is of many traces and has a span of its own, which links to them; a paid call's
 * event has a span in the call's trace as well. Both are bounded, whatever the batch holds.
 */
@ApplicationScoped
class UsageTraces {
    private static final String NAME = "process usage.recorded";
    private static final int MOST_LINKS = 32;
    private static final int MOST_CALLS = 32;

    private final Tracer tracer;

    UsageTraces(Tracer tracer) {
        this.tracer = tracer;
    }

    /** Counting under way. */
    interface Counting extends AutoCloseable {
        /** The batch's own span, to be made current. */
        Span batch();

        /** Without this it counts as failed. */
        void counted();

        @Override
        void close();
    }

    Counting begin(List<Arrival> arrived) {
        var batch = tracer.spanBuilder(NAME)
                .setNoParent()
                .setSpanKind(SpanKind.CONSUMER)
                .setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.operation.type", "process")
                .setAttribute("messaging.destination.name", "usage.recorded")
                .setAttribute("messaging.batch.message_count", (long) arrived.size())
                .startSpan();
        if (batch.isRecording()) {
            origins(arrived).forEach(batch::addLink);
        }
        return new Spans(batch, calls(arrived, batch.getSpanContext()));
    }

    private static Set<SpanContext> origins(List<Arrival> arrived) {
        var origins = new LinkedHashSet<SpanContext>();
        for (var arrival : arrived) {
            var origin = TraceParent.span(arrival.at().header(TraceParent.HEADER));
            if (origin.isValid()) {
                origins.add(origin);
            }
            if (origins.size() == MOST_LINKS) {
                break;
            }
        }
        return origins;
    }

    private List<Span> calls(List<Arrival> arrived, SpanContext batch) {
        var calls = new ArrayList<Span>();
        for (var arrival : arrived) {
            var at = arrival.at();
            if (calls.size() < MOST_CALLS
                    && !at.header(UsageHeaders.HOLD).isEmpty()
                    && !at.header(TraceParent.HEADER).isEmpty()) {
                calls.add(tracer.spanBuilder(NAME)
                        .setParent(TraceParent.context(at.header(TraceParent.HEADER)))
                        .setSpanKind(SpanKind.CONSUMER)
                        .setAttribute("messaging.system", "kafka")
                        .setAttribute("messaging.operation.type", "process")
                        .setAttribute("messaging.destination.name", "usage.recorded")
                        .setAttribute("messaging.destination.partition.id", Integer.toString(at.partition()))
                        .setAttribute("messaging.kafka.offset", at.offset())
                        .setAttribute("tallystick.hold.id", at.header(UsageHeaders.HOLD))
                        .addLink(batch)
                        .startSpan());
            }
        }
        return calls;
    }

    private static final class Spans implements Counting {
        private final Span batch;
        private final List<Span> calls;
        private boolean counted;

        Spans(Span batch, List<Span> calls) {
            this.batch = batch;
            this.calls = calls;
        }

        @Override
        public Span batch() {
            return batch;
        }

        @Override
        public void counted() {
            counted = true;
        }

        @Override
        public void close() {
            calls.forEach(this::end);
            end(batch);
        }

        private void end(Span span) {
            if (!counted) {
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
        }
    }
}
