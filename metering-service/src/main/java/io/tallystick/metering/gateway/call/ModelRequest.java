package io.tallystick.metering.gateway.call;

import static java.util.Objects.requireNonNull;

/**
 * What a model server is asked by POST.
 *
 * @param path one of the gateway's own
 * @param model as the body names it
 * @param headers those that may pass
 */
public record ModelRequest(String path, String model, Headers headers, Body body) {
    public ModelRequest {
        requireNonNull(path, "path");
        requireNonNull(model, "model");
        requireNonNull(headers, "headers");
        requireNonNull(body, "body");
    }
}
