package io.tallystick.kit.access.proof;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.function.Function;

/**
 * A request as it came: what a proof speaks of.
 *
 * @param method as sent
 * @param scheme {@code http} or {@code https}, as the connection has it
 * @param authority what the request says is its host, with the port if it has one; empty if it says none
 * @param path as sent, percent-encoding and all
 * @param query what follows the first question mark, as sent; empty if nothing does
 * @param headers the values of a header's lines by its name, empty if it has none
 */
public record Presented(
        String method,
        String scheme,
        String authority,
        String path,
        String query,
        Function<String, List<String>> headers) {
    public Presented {
        requireNonNull(method, "method");
        requireNonNull(scheme, "scheme");
        requireNonNull(authority, "authority");
        requireNonNull(path, "path");
        requireNonNull(query, "query");
        requireNonNull(headers, "headers");
    }

    /** As the server has it. */
    public static Presented of(HttpServerRequest request) {
        var authority = request.authority();
        return new Presented(
                request.method().name(),
                requireNonNullElse(request.scheme(), ""),
                authority == null ? "" : authority.toString(),
                requireNonNullElse(request.path(), ""),
                requireNonNullElse(request.query(), ""),
                request.headers()::getAll);
    }

    public List<String> header(String name) {
        return headers.apply(name);
    }
}
