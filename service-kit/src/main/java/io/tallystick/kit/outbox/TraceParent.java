package io.tallystick.kit.outbox;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A place in a trace as text, for what waits in a table or a Kafka record: the {@code traceparent} of W3C Trace Context.
 * Written only where somebody will read the trace: a call that is not sampled leaves nothing behind. An empty text, or one
 * that is no traceparent, is no place.
 */
public final class TraceParent {
    /** Name of the header, and of the columns. */
    public static final String HEADER = "traceparent";

    private static final Pattern FORM = Pattern.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    private static final TextMapGetter<String> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String carrier) {
            return List.of(HEADER);
        }

        @Override
        public String get(String carrier, String key) {
            return HEADER.equals(key) ? carrier : null;
        }
    };

    private TraceParent() {}

    /** Of the current span; empty if it is in no trace, or in one that is not kept. */
    public static String current() {
        return of(Span.current().getSpanContext());
    }

    /** Of this span; empty if it is in no trace, or in one that is not kept. */
    public static String of(SpanContext span) {
        return span.isValid() && span.isSampled()
                ? "00-" + span.getTraceId() + "-" + span.getSpanId() + "-"
                        + span.getTraceFlags().asHex()
                : "";
    }

    /** The text itself if it is a traceparent, else empty: what came over the wire may be anything. */
    public static String checked(String text) {
        return text != null && FORM.matcher(text).matches() ? text : "";
    }

    /** The context in which a span continues the trace; the root context if there is no place. */
    public static Context context(String traceparent) {
        var text = checked(traceparent);
        return text.isEmpty()
                ? Context.root()
                : W3CTraceContextPropagator.getInstance().extract(Context.root(), text, GETTER);
    }

    /** The span there, to be linked to; invalid if there is no place. */
    public static SpanContext span(String traceparent) {
        return Span.fromContext(context(traceparent)).getSpanContext();
    }
}
