package io.tallystick.metering.gateway.upstream;

import io.tallystick.metering.gateway.call.Answer;
import io.tallystick.metering.gateway.call.Answer.Outcome;
import io.tallystick.metering.gateway.call.Body;
import io.tallystick.metering.gateway.call.CallErrors;
import io.tallystick.metering.gateway.call.Headers;
import io.tallystick.metering.gateway.call.ModelAnswer;
import io.tallystick.metering.gateway.call.ModelRequest;
import io.tallystick.metering.gateway.call.ModelServer.Standing;
import io.tallystick.metering.gateway.openai.ApiError;
import io.tallystick.metering.gateway.openai.PaidRoute;
import io.tallystick.metering.gateway.upstream.UpstreamCalls.TooLargeException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/**
 * Counts of tokens, as the upstream that would serve the call makes them. They are free, so they go by connections of
 * their own, and what becomes of them keeps no upstream from those who pay.
 */
@ApplicationScoped
public class TokenCounts {
    public static final String PATH = PaidRoute.MESSAGES.path() + "/count_tokens";

    private static final int MOST_BYTES = 64 * 1024;

    private final ConfiguredUpstreams upstreams;
    private final UpstreamsConfig.Routing config;
    private final UpstreamCalls calls;

    TokenCounts(ConfiguredUpstreams upstreams, UpstreamsConfig config, UpstreamCalls calls) {
        this.upstreams = upstreams;
        this.config = config.routing();
        this.calls = calls;
    }

    /** @param headers those that may pass */
    public CompletionStage<Answer> count(String model, Headers headers, Body body) {
        var request = new ModelRequest(PATH, model, headers, body);
        return upstreams
                .all()
                .aside(PATH, model, Instant.now())
                .map(leg -> ask(request, leg))
                .orElseGet(() -> CompletableFuture.completedStage(notAsked(model)));
    }

    private CompletionStage<Answer> ask(ModelRequest request, Choice.Leg leg) {
        return calls.askAside(request, leg, config.listTimeout())
                .compose(opened -> opened.whole(MOST_BYTES)
                        .map(body -> answered(new ModelAnswer.Answered(
                                opened.status(),
                                opened.headers(),
                                body,
                                opened.upstream().name()))))
                .otherwise(TokenCounts::failed)
                .toCompletionStage();
    }

    private static Answer answered(ModelAnswer.Answered answer) {
        if (answer.refused()) {
            return new Answer.Delivered(Outcome.UPSTREAM_REFUSED, answer, Headers.NONE);
        }
        return answer.succeeded()
                ? new Answer.Delivered(Outcome.SERVED, answer, Headers.NONE)
                : failed(CallErrors.unreadableAnswer());
    }

    private Answer notAsked(String model) {
        return upstreams.all().standing(PATH, model, Instant.now()) instanceof Standing.NotServed
                ? new Answer.Failed(Outcome.INVALID, CallErrors.modelNotServed(), Headers.NONE)
                : new Answer.Failed(Outcome.UNAVAILABLE, CallErrors.upstreamsBusy(), Headers.NONE);
    }

    private static Answer failed(Throwable cause) {
        return failed(CallErrors.of(
                switch (cause) {
                    case TimeoutException _ -> ModelAnswer.Failed.TIMED_OUT;
                    case TooLargeException _ -> ModelAnswer.Failed.TOO_LARGE;
                    default -> ModelAnswer.Failed.UNREACHABLE;
                }));
    }

    private static Answer failed(ApiError error) {
        return new Answer.Failed(Outcome.UPSTREAM_FAILED, error, Headers.NONE);
    }
}
