package io.tallystick.metering.otlp.signal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystick.metering.otlp.signal.Point.Temporality;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * OTLP's requests in JSON: names in lowerCamelCase, ids in hexadecimal, 64-bit numbers as strings or numbers, enums as
 * numbers; members that are not known are passed over.
 */
@ApplicationScoped
public class JsonSignals {
    private static final String NUMBER = "-?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?";

    private final ObjectMapper json = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxNumberLength(256)
                    .build())
            .build());

    public List<Span> spans(byte[] request) throws MalformedException {
        var spans = new ArrayList<Span>();
        for (var group : array(read(request), "resourceSpans")) {
            var resource = attributes(group.path("resource"));
            for (var scope : array(group, "scopeSpans")) {
                for (var span : array(scope, "spans")) {
                    spans.add(new Span(
                            span.path("traceId").asText("").toLowerCase(Locale.ROOT),
                            span.path("spanId").asText("").toLowerCase(Locale.ROOT),
                            nanos(span.path("endTimeUnixNano")),
                            resource,
                            attributes(span)));
                }
            }
        }
        return spans;
    }

    public List<Point> points(byte[] request) throws MalformedException {
        var points = new ArrayList<Point>();
        for (var group : array(read(request), "resourceMetrics")) {
            var resource = attributes(group.path("resource"));
            for (var scope : array(group, "scopeMetrics")) {
                var name = scope.path("scope").path("name").asText("");
                for (var metric : array(scope, "metrics")) {
                    points(metric, resource, name, points);
                }
            }
        }
        return points;
    }

    private static void points(JsonNode metric, Map<String, String> resource, String scope, List<Point> points)
            throws MalformedException {
        for (var kind : List.of("sum", "histogram", "exponentialHistogram")) {
            var readings = metric.path(kind);
            if (kind.equals("sum") && !readings.path("isMonotonic").asBoolean(false)) {
                continue;
            }
            for (var reading : array(readings, "dataPoints")) {
                var recorded = (reading.path("flags").asLong(0) & 1) == 0;
                points.add(new Point(
                        resource,
                        scope,
                        metric.path("name").asText(""),
                        temporality(readings.path("aggregationTemporality")),
                        nanos(reading.path("startTimeUnixNano")),
                        nanos(reading.path("timeUnixNano")),
                        recorded ? value(reading, kind) : Optional.empty(),
                        attributes(reading)));
            }
        }
    }

    /** By its number; by its name too, which some senders write. */
    private static Temporality temporality(JsonNode value) {
        return switch (value.asText("")) {
            case "AGGREGATION_TEMPORALITY_DELTA" -> Temporality.DELTA;
            case "AGGREGATION_TEMPORALITY_CUMULATIVE" -> Temporality.CUMULATIVE;
            default -> Temporality.of(value.asLong(0));
        };
    }

    private static Optional<String> value(JsonNode reading, String kind) {
        if (!kind.equals("sum")) {
            return number(reading.path("sum"));
        }
        return number(reading.has("asInt") ? reading.path("asInt") : reading.path("asDouble"));
    }

    private static Optional<String> number(JsonNode value) {
        var text = value.asText("");
        return text.matches(NUMBER)
                ? Optional.of(
                        new java.math.BigDecimal(text).stripTrailingZeros().toPlainString())
                : Optional.empty();
    }

    private JsonNode read(byte[] request) throws MalformedException {
        try {
            var root = json.readTree(request);
            if (root == null || !root.isObject()) {
                throw new MalformedException("must be one JSON object");
            }
            return root;
        } catch (MalformedException e) {
            throw e;
        } catch (JsonProcessingException e) {
            throw new MalformedException("must be JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new MalformedException("must be JSON");
        }
    }

    private static Iterable<JsonNode> array(JsonNode in, String name) throws MalformedException {
        var array = in.path(name);
        if (!array.isArray() && !array.isMissingNode() && !array.isNull()) {
            throw new MalformedException(name + " must be an array");
        }
        return array;
    }

    private static Map<String, String> attributes(JsonNode of) throws MalformedException {
        var attributes = new HashMap<String, String>();
        for (var attribute : array(of, "attributes")) {
            var value = attribute.path("value");
            for (var kind : List.of("stringValue", "intValue", "doubleValue", "boolValue")) {
                if (value.path(kind).isValueNode() && !value.path(kind).isNull()) {
                    attributes.put(
                            attribute.path("key").asText(""), value.path(kind).asText());
                }
            }
        }
        return attributes;
    }

    /** 0 for what is no time. */
    private static long nanos(JsonNode value) {
        var text = value.asText("");
        return text.matches("[0-9]{1,18}|[1-8][0-9]{18}") ? Long.parseLong(text) : 0;
    }
}
