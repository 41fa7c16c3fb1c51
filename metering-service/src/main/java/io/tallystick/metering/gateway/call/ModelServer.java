package io.tallystick.metering.gateway.call;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** The server behind the gateway. Its failures are answers. */
public interface ModelServer {

    /** @param wait the longest the whole answer may take */
    CompletionStage<ModelAnswer> ask(String method, String path, Headers headers, Body body, Duration wait);

    /**
     * As {@link #ask} with {@code POST}, where a stream of events is wanted: completes as soon as it begins.
     *
     * @param wait the longest the beginning may take
     */
    CompletionStage<ModelOpening> open(String path, Headers headers, Body body, Duration wait);
}
