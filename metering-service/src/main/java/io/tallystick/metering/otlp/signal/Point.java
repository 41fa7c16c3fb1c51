package io.tallystick.metering.otlp.signal;

import static java.util.Objects.requireNonNull;

import io.tallystick.metering.usage.event.Fingerprint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What a counter, or the sum of a histogram, stood at.
 *
 * @param temporality whether it counts from its start, or from the point before
 * @param startNanos since 1970; 0 if unknown
 * @param value a decimal; empty if there is none
 */
public record Point(
        Map<String, String> resource,
        String scope,
        String metric,
        Temporality temporality,
        long startNanos,
        long timeNanos,
        Optional<String> value,
        Map<String, String> attributes) {

    public Point {
        requireNonNull(scope, "scope");
        requireNonNull(metric, "metric");
        requireNonNull(temporality, "temporality");
        requireNonNull(value, "value");
        resource = Map.copyOf(resource);
        attributes = Map.copyOf(attributes);
    }

    /** As OTLP numbers them. */
    public enum Temporality {
        UNSPECIFIED,
        DELTA,
        CUMULATIVE;

        static Temporality of(long number) {
            return number == 1 ? DELTA : number == 2 ? CUMULATIVE : UNSPECIFIED;
        }
    }

    /** The name of its series of points, from one start on: a counter that starts anew is another. */
    public UUID stream(String tenant) {
        var parts = new ArrayList<>(List.of(tenant, scope, metric, Long.toString(startNanos)));
        parts.add(Integer.toString(resource.size()));
        new TreeMap<>(resource).forEach((name, text) -> parts.addAll(List.of(name, text)));
        new TreeMap<>(attributes).forEach((name, text) -> parts.addAll(List.of(name, text)));
        return Fingerprint.of(parts.toArray(String[]::new));
    }
}
