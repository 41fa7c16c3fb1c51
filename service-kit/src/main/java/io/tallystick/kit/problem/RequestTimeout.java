package io.tallystick.kit.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.logging.Log;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Answers a request that nothing else answers. Each wait inside has a bound of its own, but a client of a dependency can
 * lose an answer: the database's does when a connection ends while a statement is being prepared.
 */
@ApplicationScoped
class RequestTimeout {
    /** After the gateway's routes, whose waits end by themselves, and before all others. */
    private static final int ORDER = -95;

    private final Duration longest;
    private final Buffer answer;

    /** @param longest more than the longest wait for a chain, which is a minute */
    RequestTimeout(
            @ConfigProperty(name = "tallystick.request-timeout", defaultValue = "90s") Duration longest,
            ObjectMapper json)
            throws JsonProcessingException {
        this.longest = longest;
        answer = Buffer.buffer(json.writeValueAsBytes(Problem.of(
                "unavailable",
                "Try again later",
                503,
                "This took too long. It may have been done in part; send the same again in 2 s.")));
    }

    void register(@Observes Router router) {
        router.route().order(ORDER).handler(this::watch);
    }

    private void watch(RoutingContext context) {
        var vertx = context.vertx();
        var timer = vertx.setTimer(Math.max(1, longest.toMillis()), _ -> giveUp(context));
        context.addEndHandler(_ -> vertx.cancelTimer(timer));
        context.next();
    }

    private void giveUp(RoutingContext context) {
        var response = context.response();
        if (response.headWritten() || response.ended()) {
            return;
        }
        Log.warnf("request was not answered in time, path=%s, longest=%s", context.normalizedPath(), longest);
        response.setStatusCode(503)
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .putHeader("Retry-After", "2")
                .putHeader("Connection", "close")
                .end(answer);
    }
}
