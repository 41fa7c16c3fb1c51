package io.tallystick.metering.usage.ingest.room;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.Map;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;

/** Admits requests to the {@link Room} of this instance, and answers those that find none or send too slowly. */
@ApplicationScoped
class Admission {
    /** A body of unknown length may be as long as any. */
    private static final long UNKNOWN = 4 * 1024 * 1024;

    /** Smaller ones take little room, and end with the request's own timeout. */
    private static final long WATCHED_FROM = 64 * 1024;

    private final Room room;
    private final RoomConfig config;
    private final Counter refused;
    private final Buffer tooSlow;

    Admission(RoomConfig config, MeterRegistry metrics, ObjectMapper json) throws JsonProcessingException {
        this.config = config;
        room = new Room(config.bytes(), config.waiting());
        tooSlow = Buffer.buffer(json.writeValueAsBytes(Problem.of(
                "request-timeout",
                "Body too slow",
                408,
                "Send the whole body within " + config.bodyTimeout().toSeconds()
                        + " s, or less in one request. None of it was taken in.")));
        Gauge.builder("tallystick.ingest.held.bytes", room, Room::held)
                .description("Bytes of bodies that are read or wait for Kafka")
                .register(metrics);
        Gauge.builder("tallystick.ingest.requests.waiting", room, Room::waiting)
                .description("Requests that wait unread for room")
                .register(metrics);
        refused = Counter.builder("tallystick.ingest.requests.turned.away")
                .description("Requests that found no room and were asked to come back")
                .register(metrics);
    }

    /**
     * Suspends the request until there is room, or goes on at once where there is.
     *
     * @throws ProblemException if it is to come back
     */
    void of(ResteasyReactiveContainerRequestContext waiting, RoutingContext context, String tenant) {
        var size = size(context.request());
        var stay = room.enter(tenant, size);
        context.addEndHandler(_ -> stay.leave());
        if (!stay.admitted().isDone()) {
            waiting.suspend();
            var timer = context.vertx().setTimer(config.longestWait().toMillis(), _ -> stay.leave());
            var _ = stay.admitted().thenAccept(admitted -> {
                context.vertx().cancelTimer(timer);
                if (admitted) {
                    watch(context, size);
                    waiting.resume();
                } else {
                    waiting.resume(full(context));
                }
            });
        } else if (stay.admitted().join()) {
            watch(context, size);
        } else {
            throw full(context);
        }
    }

    private static long size(HttpServerRequest request) {
        var length = request.getHeader("Content-Length");
        try {
            return length == null ? UNKNOWN : Long.parseLong(length.strip());
        } catch (NumberFormatException e) {
            return UNKNOWN;
        }
    }

    /** Who sends slowly on purpose does not keep the room from others. */
    private void watch(RoutingContext context, long size) {
        if (size <= WATCHED_FROM) {
            return;
        }
        var timer = context.vertx().setTimer(Math.max(1, config.bodyTimeout().toMillis()), _ -> {
            var response = context.response();
            if (!context.request().isEnded() && !response.headWritten() && !response.ended()) {
                response.setStatusCode(408)
                        .putHeader("Content-Type", Problem.MEDIA_TYPE)
                        .putHeader("Connection", "close")
                        .end(tooSlow);
            }
        });
        context.addEndHandler(_ -> context.vertx().cancelTimer(timer));
    }

    private ProblemException full(RoutingContext context) {
        refused.increment();
        var seconds = Long.toString(Math.max(1, config.retryAfter().toSeconds()));
        var detail = "More is being sent than can be passed on. None of this was taken in; send the same again in "
                + seconds + " s.";
        var headers = new HashMap<>(Map.of("Retry-After", seconds));
        if (context.request().getHeader("Content-Length") == null) {
            headers.put("Connection", "close");
        } else {
            // Passed over unread, else the end of the connection could overtake the answer.
            context.addEndHandler(_ -> context.request().resume());
        }
        return new ProblemException(Problem.of("unavailable", "Try again later", 503, detail), headers);
    }
}
