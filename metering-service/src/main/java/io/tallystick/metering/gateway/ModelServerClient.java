package io.tallystick.metering.gateway;

import io.quarkus.logging.Log;
import io.tallystick.metering.gateway.call.Body;
import io.tallystick.metering.gateway.call.Headers;
import io.tallystick.metering.gateway.call.ModelAnswer;
import io.tallystick.metering.gateway.call.ModelOpening;
import io.tallystick.metering.gateway.call.ModelServer;
import io.vertx.core.http.HttpMethod;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/** The OpenAI-compatible server behind the gateway, asked with the provider's own key. */
@ApplicationScoped
class ModelServerClient implements ModelServer {
    private final HttpExchange http;
    private final GatewayConfig.Upstream config;

    ModelServerClient(HttpExchange http, GatewayConfig config) {
        this.http = http;
        this.config = config.upstream();
    }

    @Override
    public CompletionStage<ModelAnswer> ask(String method, String path, Headers headers, Body body, Duration wait) {
        return http.send(
                        "ask model server",
                        HttpMethod.valueOf(method),
                        url(path),
                        withKey(headers),
                        body,
                        wait,
                        config.maxAnswerBytes())
                .<ModelAnswer>map(reply -> new ModelAnswer.Answered(reply.status(), reply.headers(), reply.body()))
                .otherwise(ModelServerClient::failed)
                .toCompletionStage();
    }

    @Override
    public CompletionStage<ModelOpening> open(String path, Headers headers, Body body, Duration wait) {
        return http.open("ask model server", url(path), withKey(headers), body, wait, config.maxAnswerBytes())
                .<ModelOpening>map(opened -> switch (opened) {
                    case HttpExchange.Opened.Events(var head, var events) -> new ModelOpening.Streaming(head, events);
                    case HttpExchange.Opened.Whole(var reply) ->
                        new ModelOpening.Whole(new ModelAnswer.Answered(reply.status(), reply.headers(), reply.body()));
                })
                .otherwise(cause -> new ModelOpening.Whole(failed(cause)))
                .toCompletionStage();
    }

    /** Plain bytes are asked for, because usage is read from them. */
    private Headers withKey(Headers headers) {
        var plain = headers.with("Accept-Encoding", "identity");
        return config.apiKey()
                .map(key -> plain.with("Authorization", "Bearer " + key))
                .orElse(plain);
    }

    private URI url(String path) {
        var base = config.url().orElseThrow().toString().replaceFirst("/+$", "").replaceFirst("/v1$", "");
        return URI.create(base + path);
    }

    private static ModelAnswer.Failed failed(Throwable cause) {
        Log.warnf("model server did not answer, cause=%s", cause.toString());
        return switch (cause) {
            case TimeoutException _ -> ModelAnswer.Failed.TIMED_OUT;
            case HttpExchange.TooLargeException _ -> ModelAnswer.Failed.TOO_LARGE;
            default -> ModelAnswer.Failed.UNREACHABLE;
        };
    }
}
