package io.tallystick.metering.gateway.call;

import static java.util.Objects.requireNonNull;

/** What a model server answered, or how it failed to. */
public sealed interface ModelAnswer {

    /** @param upstream the name of the model server */
    record Answered(int status, Headers headers, Body body, String upstream) implements ModelAnswer {
        public Answered {
            requireNonNull(headers, "headers");
            requireNonNull(body, "body");
            requireNonNull(upstream, "upstream");
        }

        public boolean succeeded() {
            return status >= 200 && status < 300;
        }

        public boolean refused() {
            return status >= 400;
        }
    }

    enum Failed implements ModelAnswer {
        UNREACHABLE,
        TIMED_OUT,
        TOO_LARGE,
        /** None of those that serve the model took the call. */
        BUSY
    }
}
