package io.tallystick.kit.access.proof;

import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An HTTP URL without query and fragment, in the one spelling that RFC 3986, section 6.2, gives all that mean the same:
 * scheme and host in lower case, no default port, no dot segments, percent-encoding in capitals and only where needed.
 *
 * @param origin such as {@code https://usage.example:8443}
 * @param path begins with a slash
 */
public record HttpUrl(String origin, String path) {
    private static final Pattern URL = Pattern.compile("(https?)://([^/?#]*)([^?#]*)(?:\\?[^#]*)?(?:#.*)?");
    private static final Pattern SCHEME = Pattern.compile("[hH][tT][tT][pP][sS]?");
    private static final Pattern AUTHORITY =
            Pattern.compile("((?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+|\\[[0-9A-Fa-f:.]{2,45}])(?::([0-9]{0,5}))?");
    private static final Pattern PATH = Pattern.compile("(?:/(?:[!$&-;=@-Z_a-z~]|%[0-9A-Fa-f]{2})*)?");
    private static final int MAX_LENGTH = 2048;

    /** @return empty if {@code text} is no HTTP URL of ordinary length, or has a name or password */
    static Optional<HttpUrl> parse(String text) {
        if (text.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        int colon = text.indexOf(':');
        if (colon < 0 || !SCHEME.matcher(text.substring(0, colon)).matches()) {
            return Optional.empty();
        }
        var url = URL.matcher(text.substring(0, colon).toLowerCase(Locale.ROOT) + text.substring(colon));
        return url.matches() ? of(url.group(1), url.group(2), url.group(3)) : Optional.empty();
    }

    /** @return empty if these make no URL */
    static Optional<HttpUrl> of(String scheme, String authority, String path) {
        var parts = AUTHORITY.matcher(authority);
        if (!parts.matches() || !PATH.matcher(path).matches()) {
            return Optional.empty();
        }
        var port = parts.group(2) == null ? "" : parts.group(2);
        var usual = port.isEmpty() || Integer.parseInt(port) == (scheme.equals("https") ? 443 : 80);
        var host = parts.group(1).toLowerCase(Locale.ROOT);
        return Optional.of(new HttpUrl(
                scheme + "://" + host + (usual ? "" : ":" + Integer.parseInt(port)),
                withoutDotSegments(percentNormalized(path))));
    }

    /** The host, with the port if it is not the usual one. */
    public String authority() {
        return origin.substring(origin.indexOf("://") + 3);
    }

    private static String percentNormalized(String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        var normal = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) != '%') {
                normal.append(path.charAt(i));
                continue;
            }
            var character = (char) Integer.parseInt(path.substring(i + 1, i + 3), 16);
            if (isUnreserved(character)) {
                normal.append(character);
            } else {
                normal.append(path.substring(i, i + 3).toUpperCase(Locale.ROOT));
            }
            i += 2;
        }
        return normal.toString();
    }

    private static boolean isUnreserved(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-._~".indexOf(c) >= 0;
    }

    private static String withoutDotSegments(String path) {
        if (!path.contains("/.")) {
            return path.isEmpty() ? "/" : path;
        }
        var kept = new ArrayDeque<String>();
        var segments = path.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            var last = i == segments.length - 1;
            switch (segments[i]) {
                case "." -> {}
                case ".." -> kept.pollLast();
                default -> kept.addLast(segments[i]);
            }
            if (last && (segments[i].equals(".") || segments[i].equals(".."))) {
                kept.addLast("");
            }
        }
        return "/" + String.join("/", kept);
    }
}
