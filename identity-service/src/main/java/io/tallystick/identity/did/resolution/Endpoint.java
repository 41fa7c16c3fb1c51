package io.tallystick.identity.did.resolution;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** URLs of services, and what lies below them. */
final class Endpoint {
    private static final int MAX_DECODINGS = 4;

    private Endpoint() {}

    /** The endpoint as a URL that may go into a header; empty if it is none. */
    static Optional<URI> of(String text) {
        try {
            var uri = new URI(text);
            boolean plain = text.chars().allMatch(c -> c > 0x20 && c < 0x7f);
            return plain && uri.isAbsolute() ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /**
     * What a relative reference names at an endpoint (RFC 3986, section 5), never anything outside of the endpoint's path:
     * a slash at its beginning stands for that path.
     *
     * @throws IllegalArgumentException if the reference leads elsewhere
     */
    static URI below(URI endpoint, String reference) {
        if (endpoint.isOpaque() || endpoint.getRawAuthority() == null) {
            throw new IllegalArgumentException("relativeRef needs a service whose endpoint has a path");
        }
        var relative = parsed(reference);
        if (relative.isAbsolute() || relative.getRawAuthority() != null) {
            throw new IllegalArgumentException("relativeRef must be relative to the service's endpoint");
        }
        requireStays(relative.getRawPath());
        var path = relative.getRawPath().startsWith("/") ? relative.getRawPath().substring(1) : relative.getRawPath();
        var base = endpoint.getRawPath();
        var folder = base.endsWith("/") ? base : base + "/";
        var query = relative.getRawQuery();
        return URI.create(endpoint.getScheme()
                + "://"
                + endpoint.getRawAuthority()
                + (path.isEmpty() ? base : folder + path)
                + (query == null ? "" : "?" + query)
                + (relative.getRawFragment() == null ? "" : "#" + relative.getRawFragment()));
    }

    private static URI parsed(String reference) {
        try {
            return new URI(reference);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("relativeRef must be a relative reference of RFC 3986", e);
        }
    }

    /** However often it is encoded: whoever serves the path may decode it once more. */
    private static void requireStays(String path) {
        var decoded = path;
        for (int i = 0; i < MAX_DECODINGS; i++) {
            boolean climbs = decoded.indexOf('\\') >= 0
                    || decoded.chars().anyMatch(Character::isISOControl)
                    || Arrays.stream(decoded.split("/", -1)).anyMatch(part -> part.equals(".") || part.equals(".."));
            if (climbs) {
                throw new IllegalArgumentException("relativeRef must stay below the service's endpoint");
            }
            if (decoded.indexOf('%') < 0) {
                return;
            }
            decoded = decodedOnce(decoded);
        }
        throw new IllegalArgumentException("relativeRef is encoded too often");
    }

    private static String decodedOnce(String path) {
        try {
            return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("relativeRef has a percent sign that encodes nothing", e);
        }
    }
}
