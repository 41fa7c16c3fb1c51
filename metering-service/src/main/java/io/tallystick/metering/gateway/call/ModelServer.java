package io.tallystick.metering.gateway.call;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** The server behind the gateway. Its failures are answers. */
public interface ModelServer {

    /** @param wait the longest the whole answer may take */
    CompletionStage<ModelAnswer> ask(String method, String path, Headers headers, Body body, Duration wait);
}
