package io.tallystick.metering.gateway.call;

/** What a model server answered, or how it failed to. */
public sealed interface ModelAnswer {

    record Answered(int status, Headers headers, Body body) implements ModelAnswer {
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
        TOO_LARGE
    }
}
