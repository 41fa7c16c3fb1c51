package io.tallystick.metering.otlp;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import io.tallystick.metering.otlp.signal.JsonSignals;
import io.tallystick.metering.otlp.signal.MalformedException;
import io.tallystick.metering.otlp.signal.ProtoSignals;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jboss.resteasy.reactive.RestResponse;

/** OTLP over HTTP, for exporters as they are: spans and points of calls of models become usage events. */
@Path("/otlp/v1")
@Consumes({OtlpAnswer.PROTOBUF, OtlpAnswer.JSON})
class OtlpResource {
    private final OtlpConfig config;
    private final JsonSignals json;
    private final OtlpTraces traces;
    private final OtlpMetrics metrics;
    private final OtlpAnswer answer;
    private final MeterRegistry registry;
    private final Caller caller;

    OtlpResource(
            OtlpConfig config,
            JsonSignals json,
            OtlpTraces traces,
            OtlpMetrics metrics,
            OtlpAnswer answer,
            MeterRegistry registry,
            Caller caller) {
        this.config = config;
        this.json = json;
        this.traces = traces;
        this.metrics = metrics;
        this.answer = answer;
        this.registry = registry;
        this.caller = caller;
    }

    @POST
    @Path("/traces")
    @RequiresScope("usage:write")
    @Blocking
    public Uni<RestResponse<byte[]>> traces(@Context HttpHeaders headers, byte[] body) {
        var asJson = isJson(headers);
        try {
            var whole = body(headers, body);
            var spans = asJson ? json.spans(whole) : ProtoSignals.spans(whole);
            requireFew(spans);
            return traces.take(caller.tenant(), caller.did(), spans)
                    .map(taken -> answered("traces", taken, asJson, "rejectedSpans"));
        } catch (TooMuchException e) {
            return Uni.createFrom().item(answer.refusal(413, e.getMessage(), asJson));
        } catch (IOException e) {
            return Uni.createFrom().item(answer.refusal(400, e.getMessage(), asJson));
        }
    }

    @POST
    @Path("/metrics")
    @RequiresScope("usage:write")
    @Blocking
    public Uni<RestResponse<byte[]>> metrics(@Context HttpHeaders headers, byte[] body) {
        var asJson = isJson(headers);
        try {
            var whole = body(headers, body);
            var points = asJson ? json.points(whole) : ProtoSignals.points(whole);
            requireFew(points);
            return metrics.take(caller.tenant(), caller.did(), points)
                    .map(taken -> answered("metrics", taken, asJson, "rejectedDataPoints"));
        } catch (TooMuchException e) {
            return Uni.createFrom().item(answer.refusal(413, e.getMessage(), asJson));
        } catch (IOException e) {
            return Uni.createFrom().item(answer.refusal(400, e.getMessage(), asJson));
        }
    }

    private RestResponse<byte[]> answered(String signal, Taken taken, boolean asJson, String rejectedName) {
        Counter.builder("tallystick.otlp.counted")
                .description("Usage events made of OpenTelemetry's signals")
                .tag("signal", signal)
                .register(registry)
                .increment(taken.counted());
        Counter.builder("tallystick.otlp.rejected")
                .description("Spans and points that tell of usage and were not counted")
                .tag("signal", signal)
                .register(registry)
                .increment((double) taken.rejected());
        return answer.of(taken, asJson, rejectedName);
    }

    private static boolean isJson(HttpHeaders headers) {
        var type = headers.getMediaType();
        if (type == null) {
            throw new ProblemException(Problem.of(
                    "unsupported-media-type",
                    "Media type not supported",
                    415,
                    "Say what is sent: Content-Type " + OtlpAnswer.PROTOBUF + " or " + OtlpAnswer.JSON + "."));
        }
        return type.getSubtype().toLowerCase(Locale.ROOT).equals("json");
    }

    /** The sender has to send less at once. */
    private static final class TooMuchException extends IOException {
        private static final long serialVersionUID = 1L;

        TooMuchException(String message) {
            super(message);
        }
    }

    private void requireFew(List<?> signals) throws TooMuchException {
        if (signals.size() > config.batch()) {
            throw new TooMuchException("send at most " + config.batch() + " spans or points in one request");
        }
    }

    /** Never more than may be held, however well it was compressed. */
    private byte[] body(HttpHeaders headers, byte[] body) throws IOException {
        var encodings = headers.getRequestHeaders().getOrDefault("Content-Encoding", List.of());
        var encoding = String.join(",", encodings).strip().toLowerCase(Locale.ROOT);
        var whole =
                switch (encoding) {
                    case "", "identity" -> body;
                    case "gzip" -> {
                        try (var zip = new GZIPInputStream(new ByteArrayInputStream(body))) {
                            yield zip.readNBytes(config.bodyBytes() + 1);
                        } catch (IOException e) {
                            throw new MalformedException("the body says that it is gzip and is not");
                        }
                    }
                    default -> throw new MalformedException("send the body as it is, or as gzip");
                };
        if (whole.length > config.bodyBytes()) {
            throw new TooMuchException("send at most " + config.bodyBytes() + " bytes in one request");
        }
        return whole;
    }
}
