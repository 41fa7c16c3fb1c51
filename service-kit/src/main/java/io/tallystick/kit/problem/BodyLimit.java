package io.tallystick.kit.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Refuses a body that says it is too large, before Quarkus does so without a word. */
@ApplicationScoped
class BodyLimit {
    /** Between the gateway's routes, which have limits of their own, and Quarkus' limit. */
    private static final int ORDER = -90;

    private final long mostBytes;
    private final Buffer answer;

    BodyLimit(@ConfigProperty(name = "quarkus.http.limits.max-body-size") Optional<MemorySize> limit, ObjectMapper json)
            throws JsonProcessingException {
        mostBytes = limit.map(MemorySize::asLongValue).orElse(Long.MAX_VALUE);
        answer = Buffer.buffer(json.writeValueAsBytes(
                Problem.of("body-too-large", "Body too large", 413, "Send at most " + mostBytes + " bytes.")));
    }

    void register(@Observes Router router) {
        router.route().order(ORDER).handler(this::check);
    }

    private void check(RoutingContext context) {
        if (declaredLength(context.request()) <= mostBytes) {
            context.next();
            return;
        }
        // The rest of the body is not waited for.
        context.response()
                .setStatusCode(413)
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .putHeader("Connection", "close")
                .end(answer);
    }

    private static long declaredLength(HttpServerRequest request) {
        var length = request.getHeader("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length.strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
