package io.tallystick.metering.gateway.upstream;

import io.tallystick.metering.gateway.call.ModelAnswer;
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

/** The upstreams, asked for whole answers. */
@ApplicationScoped
class UpstreamClient implements ModelServer {
    private final ConfiguredUpstreams upstreams;
    private final UpstreamCalls calls;
    private final UpstreamMetrics metrics;

    UpstreamClient(ConfiguredUpstreams upstreams, UpstreamCalls calls, UpstreamMetrics metrics) {
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
