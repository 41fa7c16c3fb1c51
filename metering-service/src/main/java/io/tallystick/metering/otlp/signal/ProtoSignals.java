package io.tallystick.metering.otlp.signal;

import static io.tallystick.metering.otlp.signal.ProtoReader.BYTES;
import static io.tallystick.metering.otlp.signal.ProtoReader.FIXED64;
import static io.tallystick.metering.otlp.signal.ProtoReader.VARINT;

import io.tallystick.metering.otlp.signal.Point.Temporality;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** OTLP's requests in protocol buffers, as far as they are needed here; the rest is passed over. */
public final class ProtoSignals {
    private static final int METRIC_SUM = 7;
    private static final int METRIC_HISTOGRAM = 9;
    private static final int METRIC_EXPONENTIAL_HISTOGRAM = 10;
    private static final long NO_RECORDED_VALUE = 1;

    private ProtoSignals() {}

    /** Of an {@code ExportTraceServiceRequest}. */
    public static List<Span> spans(byte[] request) throws MalformedException {
        var spans = new ArrayList<Span>();
        for (var group : groups(request)) {
            for (var scope : group.scopes()) {
                while (scope.next()) {
                    if (scope.is(2, BYTES)) {
                        spans.add(span(scope.message(), group.resource()));
                    } else {
                        scope.skip();
                    }
                }
            }
        }
        return spans;
    }

    /** Of an {@code ExportMetricsServiceRequest}: those of monotonic sums and of histograms. */
    public static List<Point> points(byte[] request) throws MalformedException {
        var points = new ArrayList<Point>();
        for (var group : groups(request)) {
            for (var scope : group.scopes()) {
                points(scope, group.resource(), points);
            }
        }
        return points;
    }

    /** Spans or metrics of one resource. */
    private record Group(Map<String, String> resource, List<ProtoReader> scopes) {}

    private static List<Group> groups(byte[] request) throws MalformedException {
        var groups = new ArrayList<Group>();
        var in = new ProtoReader(request);
        while (in.next()) {
            if (!in.is(1, BYTES)) {
                in.skip();
                continue;
            }
            var resource = new HashMap<String, String>();
            var scopes = new ArrayList<ProtoReader>();
            var group = in.message();
            while (group.next()) {
                if (group.is(1, BYTES)) {
                    attributes(group.message(), 1, resource);
                } else if (group.is(2, BYTES)) {
                    scopes.add(group.message());
                } else {
                    group.skip();
                }
            }
            groups.add(new Group(resource, scopes));
        }
        return groups;
    }

    private static void attributes(ProtoReader in, int field, Map<String, String> into) throws MalformedException {
        while (in.next()) {
            if (in.is(field, BYTES)) {
                attribute(in.message(), into);
            } else {
                in.skip();
            }
        }
    }

    private static void attribute(ProtoReader in, Map<String, String> into) throws MalformedException {
        var name = "";
        var value = Optional.<String>empty();
        while (in.next()) {
            if (in.is(1, BYTES)) {
                name = in.text();
            } else if (in.is(2, BYTES)) {
                value = scalar(in.message());
            } else {
                in.skip();
            }
        }
        if (value.isPresent()) {
            into.put(name, value.get());
        }
    }

    /** Lists and the like are of no use here. */
    private static Optional<String> scalar(ProtoReader in) throws MalformedException {
        var value = Optional.<String>empty();
        while (in.next()) {
            if (in.is(1, BYTES)) {
                value = Optional.of(in.text());
            } else if (in.is(2, VARINT)) {
                value = Optional.of(Boolean.toString(in.varint() != 0));
            } else if (in.is(3, VARINT)) {
                value = Optional.of(Long.toString(in.varint()));
            } else if (in.is(4, FIXED64)) {
                value = decimal(in.fixed64());
            } else {
                in.skip();
            }
        }
        return value;
    }

    /** Empty for what is no number. */
    private static Optional<String> decimal(long bits) {
        var number = Double.longBitsToDouble(bits);
        return Double.isFinite(number)
                ? Optional.of(new BigDecimal(number).stripTrailingZeros().toPlainString())
                : Optional.empty();
    }

    private static Span span(ProtoReader in, Map<String, String> resource) throws MalformedException {
        var traceId = "";
        var spanId = "";
        var end = 0L;
        var attributes = new HashMap<String, String>();
        while (in.next()) {
            if (in.is(1, BYTES)) {
                traceId = HexFormat.of().formatHex(in.bytes());
            } else if (in.is(2, BYTES)) {
                spanId = HexFormat.of().formatHex(in.bytes());
            } else if (in.is(8, FIXED64)) {
                end = in.fixed64();
            } else if (in.is(9, BYTES)) {
                attribute(in.message(), attributes);
            } else {
                in.skip();
            }
        }
        return new Span(traceId, spanId, end, resource, attributes);
    }

    private static void points(ProtoReader in, Map<String, String> resource, List<Point> points)
            throws MalformedException {
        var scope = "";
        var metrics = new ArrayList<ProtoReader>();
        while (in.next()) {
            if (in.is(1, BYTES)) {
                var named = in.message();
                while (named.next()) {
                    if (named.is(1, BYTES)) {
                        scope = named.text();
                    } else {
                        named.skip();
                    }
                }
            } else if (in.is(2, BYTES)) {
                metrics.add(in.message());
            } else {
                in.skip();
            }
        }
        for (var metric : metrics) {
            metric(metric, resource, scope, points);
        }
    }

    private static void metric(ProtoReader in, Map<String, String> resource, String scope, List<Point> points)
            throws MalformedException {
        var name = "";
        var kind = 0;
        var readings = new ProtoReader(new byte[0]);
        while (in.next()) {
            if (in.is(1, BYTES)) {
                name = in.text();
            } else if (in.is(METRIC_SUM, BYTES)
                    || in.is(METRIC_HISTOGRAM, BYTES)
                    || in.is(METRIC_EXPONENTIAL_HISTOGRAM, BYTES)) {
                kind = in.is(METRIC_SUM, BYTES) ? METRIC_SUM : in.is(METRIC_HISTOGRAM, BYTES) ? METRIC_HISTOGRAM : 10;
                readings = in.message();
            } else {
                in.skip();
            }
        }
        var temporality = Temporality.UNSPECIFIED;
        var rises = kind != METRIC_SUM;
        var each = new ArrayList<ProtoReader>();
        while (readings.next()) {
            if (readings.is(1, BYTES)) {
                each.add(readings.message());
            } else if (readings.is(2, VARINT)) {
                temporality = Temporality.of(readings.varint());
            } else if (readings.is(3, VARINT)) {
                rises = readings.varint() != 0;
            } else {
                readings.skip();
            }
        }
        if (rises) {
            for (var reading : each) {
                points.add(point(reading, kind, resource, scope, name, temporality));
            }
        }
    }

    private static Point point(
            ProtoReader in,
            int kind,
            Map<String, String> resource,
            String scope,
            String metric,
            Temporality temporality)
            throws MalformedException {
        var attributesField = kind == METRIC_SUM ? 7 : kind == METRIC_HISTOGRAM ? 9 : 1;
        var flagsField = kind == METRIC_SUM ? 8 : 10;
        var start = 0L;
        var time = 0L;
        var value = Optional.<String>empty();
        var recorded = true;
        var attributes = new HashMap<String, String>();
        while (in.next()) {
            if (in.is(2, FIXED64)) {
                start = in.fixed64();
            } else if (in.is(3, FIXED64)) {
                time = in.fixed64();
            } else if (in.is(kind == METRIC_SUM ? 4 : 5, FIXED64)) {
                value = decimal(in.fixed64());
            } else if (kind == METRIC_SUM && in.is(6, FIXED64)) {
                value = Optional.of(Long.toString(in.fixed64()));
            } else if (in.is(attributesField, BYTES)) {
                attribute(in.message(), attributes);
            } else if (in.is(flagsField, VARINT)) {
                recorded = (in.varint() & NO_RECORDED_VALUE) == 0;
            } else {
                in.skip();
            }
        }
        return new Point(
                resource, scope, metric, temporality, start, time, recorded ? value : Optional.empty(), attributes);
    }
}
