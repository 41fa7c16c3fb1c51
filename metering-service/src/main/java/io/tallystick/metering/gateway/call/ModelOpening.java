package io.tallystick.metering.gateway.call;

import static java.util.Objects.requireNonNull;

/** How a model server begins to answer where a stream was wanted. */
public sealed interface ModelOpening {

    /**
     * A stream of events with status 200. It is paused until somebody listens.
     *
     * @param upstream the name of the model server
     */
    record Streaming(Headers headers, ModelStream events, String upstream) implements ModelOpening {
        public Streaming {
            requireNonNull(upstream, "upstream");
            requireNonNull(headers, "headers");
            requireNonNull(events, "events");
        }
    }

    /** No stream: an error, another kind of answer, or none. */
    record Whole(ModelAnswer answer) implements ModelOpening {
        public Whole {
            requireNonNull(answer, "answer");
        }
    }
}
