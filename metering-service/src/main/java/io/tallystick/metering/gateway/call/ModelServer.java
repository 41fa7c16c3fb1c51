package io.tallystick.metering.gateway.call;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** The servers behind the gateway, of which one serves a call. Their failures are answers. */
public interface ModelServer {

    /** Whether a call of {@code model} by {@code path} would be served now: asked before anybody pays for it. */
    Standing standing(String path, String model);

    /** @param wait the longest the whole answer may take */
    CompletionStage<ModelAnswer> ask(ModelRequest request, Duration wait);

    /**
     * As {@link #ask}, where a stream of events is wanted: completes as soon as it begins.
     *
     * @param wait the longest the beginning may take
     */
    CompletionStage<ModelOpening> open(ModelRequest request, Duration wait);

    /** Whether a call would be served. */
    sealed interface Standing {

        enum Open implements Standing {
            OPEN
        }

        /** No model server has this model on this path. */
        enum NotServed implements Standing {
            NOT_SERVED
        }

        /** Those that have it are all busy or away. */
        record Busy(Duration retryAfter) implements Standing {}
    }
}
