package io.tallystick.kit.access.proof;

import java.util.List;
import java.util.stream.Stream;

/**
 * Where this service is found from outside. A proof names the URL that its sender called; behind a proxy that is not what
 * the request shows, so the origins are configured. Without any, the request's own scheme and host are taken.
 */
public final class Origins {
    private static final int MOST = 8;

    private final List<String> configured;

    /** @throws IllegalArgumentException if one is not an origin like {@code https://usage.example} */
    public Origins(List<String> configured) {
        if (configured.size() > MOST) {
            throw new IllegalArgumentException("at most " + MOST + " origins");
        }
        this.configured = configured.stream().map(Origins::origin).toList();
    }

    private static String origin(String text) {
        return HttpUrl.parse(text.strip())
                .filter(url -> url.path().equals("/") && text.indexOf('?') < 0 && text.indexOf('#') < 0)
                .map(HttpUrl::origin)
                .orElseThrow(() -> new IllegalArgumentException("not an origin like https://usage.example: " + text));
    }

    /** Whether {@code url} is the one that the request came for, its query aside. */
    boolean isOf(String url, Presented request) {
        return HttpUrl.parse(url).stream().anyMatch(said -> of(request).anyMatch(said::equals));
    }

    /** Every URL that the request may have been sent to, without the query. */
    public Stream<HttpUrl> of(Presented request) {
        var own = HttpUrl.of(request.scheme(), request.authority(), request.path());
        if (configured.isEmpty()) {
            return own.stream();
        }
        return HttpUrl.of("http", "any", request.path()).stream()
                .flatMap(any -> configured.stream().map(origin -> new HttpUrl(origin, any.path())));
    }
}
