package io.tallystick.metering.gateway.upstream;

import io.tallystick.metering.gateway.call.ModelAnswer;
import io.tallystick.metering.gateway.call.ModelOpening;
import io.tallystick.metering.gateway.call.ModelRequest;
import io.tallystick.metering.gateway.call.ModelServer;
import io.tallystick.metering.gateway.upstream.UpstreamCalls.BusyException;
import io.tallystick.metering.gateway.upstream.UpstreamCalls.Opened;
import io.tallystick.metering.gateway.upstream.UpstreamCalls.TooLargeException;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/** The upstreams, asked for answers whole or as they come. */
@ApplicationScoped
class UpstreamClient implements ModelServer {
    private static final String UPSTREAM = "X-Tallystick-Upstream";

    private final ConfiguredUpstreams upstreams;
    private final UpstreamCalls calls;
    private final UpstreamMetrics metrics;
    private final boolean tell;

    UpstreamClient(
            ConfiguredUpstreams upstreams, UpstreamCalls calls, UpstreamMetrics metrics, UpstreamsConfig config) {
        tell = config.routing().tellUpstream();
        this.upstreams = upstreams;
        this.calls = calls;
        this.metrics = metrics;
    }

    @Override
    public Standing standing(String path, String model) {
        var standing = upstreams.all().standing(path, model, Instant.now());
        if (standing instanceof Standing.Busy) {
            metrics.turnedAway();
        }
        return standing;
    }

    @Override
    public CompletionStage<ModelAnswer> ask(ModelRequest request, Duration wait) {
        return calls.open(request, wait)
                .compose(UpstreamClient::whole)
                .otherwise(this::failed)
                .toCompletionStage();
    }

    @Override
    public CompletionStage<ModelOpening> open(ModelRequest request, Duration wait) {
        return calls.open(request, wait)
                .compose(opened -> opened.isEvents()
                        ? Future.succeededFuture(streaming(opened))
                        : whole(opened).<ModelOpening>map(ModelOpening.Whole::new))
                .otherwise(cause -> new ModelOpening.Whole(failed(cause)))
                .toCompletionStage();
    }

    private ModelOpening streaming(Opened opened) {
        var name = opened.upstream().name();
        var headers = opened.headers().without(UPSTREAM);
        return new ModelOpening.Streaming(tell ? headers.with(UPSTREAM, name) : headers, opened.events(), name);
    }

    private static Future<ModelAnswer> whole(Opened opened) {
        return opened.whole(opened.upstream().maxAnswerBytes())
                .map(body -> new ModelAnswer.Answered(
                        opened.status(),
                        opened.headers(),
                        body,
                        opened.upstream().name()));
    }

    private ModelAnswer failed(Throwable cause) {
        return switch (cause) {
            case BusyException _ -> {
                metrics.turnedAway();
                yield ModelAnswer.Failed.BUSY;
            }
            case TimeoutException _ -> ModelAnswer.Failed.TIMED_OUT;
            case TooLargeException _ -> ModelAnswer.Failed.TOO_LARGE;
            default -> ModelAnswer.Failed.UNREACHABLE;
        };
    }
}
