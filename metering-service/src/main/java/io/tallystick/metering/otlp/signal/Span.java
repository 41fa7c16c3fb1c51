package io.tallystick.metering.otlp.signal;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * A finished piece of work.
 *
 * @param traceId, spanId in lower-case hexadecimal
 * @param endNanos since 1970; 0 if unknown
 * @param resource attributes of what it ran in; numbers and booleans as text
 * @param attributes its own, alike
 */
public record Span(
        String traceId, String spanId, long endNanos, Map<String, String> resource, Map<String, String> attributes) {

    public Span {
        requireNonNull(traceId, "traceId");
        requireNonNull(spanId, "spanId");
        resource = Map.copyOf(resource);
        attributes = Map.copyOf(attributes);
    }

    /** Whether it has the two ids that name it, which are of 16 and 8 bytes and not all zeros. */
    public boolean isNamed() {
        return traceId.matches("[0-9a-f]{32}")
                && spanId.matches("[0-9a-f]{16}")
                && !traceId.matches("0+")
                && !spanId.matches("0+");
    }
}
