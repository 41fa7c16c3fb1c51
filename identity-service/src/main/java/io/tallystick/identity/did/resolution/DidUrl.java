package io.tallystick.identity.did.resolution;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A DID URL, taken apart (DID Core, "DID URL Syntax"). Whether its DID is one is not asked here.
 *
 * @param did all before the path
 * @param path empty, or from its slash on; as it was written
 * @param parameters of its query, decoded; each name once
 * @param fragment without its number sign; empty if there is none
 */
record DidUrl(String did, String path, Map<String, String> parameters, String fragment) {
    /** A DID at its longest, and as much again for what follows. */
    static final int MAX_LENGTH = 2048;

    private static final int MAX_PARAMETERS = 16;

    /** What may stand in a path, a query and a fragment beside letters and digits (RFC 3986). */
    private static final String PUNCTUATION = "-._~!$&'()*+,;=:@/";

    DidUrl {
        parameters = Map.copyOf(parameters);
    }

    /** @throws IllegalArgumentException if {@code text} is not exactly one DID URL */
    static DidUrl parse(String text) {
        if (text.length() > MAX_LENGTH || !text.startsWith("did:")) {
            throw new IllegalArgumentException(
                    "a DID URL begins with did: and has at most " + MAX_LENGTH + " characters");
        }
        int hash = text.indexOf('#');
        var whole = hash < 0 ? text : text.substring(0, hash);
        var fragment = hash < 0 ? "" : text.substring(hash + 1);
        int mark = whole.indexOf('?');
        var before = mark < 0 ? whole : whole.substring(0, mark);
        var query = mark < 0 ? "" : whole.substring(mark + 1);
        int slash = before.indexOf('/');
        var did = slash < 0 ? before : before.substring(0, slash);
        var path = slash < 0 ? "" : before.substring(slash);
        require(path, PUNCTUATION);
        require(query, PUNCTUATION + "?");
        require(fragment, PUNCTUATION + "?");
        return new DidUrl(did, path, parameters(query), fragment);
    }

    /** This URL with parameters that were said beside it. @throws IllegalArgumentException if one is said twice */
    DidUrl with(Map<String, String> more) {
        var all = new LinkedHashMap<>(parameters);
        more.forEach((name, value) -> put(all, name, value));
        return new DidUrl(did, path, all, fragment);
    }

    /** Empty if the parameter is not there. */
    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    private static Map<String, String> parameters(String query) {
        var parameters = new LinkedHashMap<String, String>();
        if (!query.isEmpty()) {
            for (var pair : query.split("&", -1)) {
                int sign = pair.indexOf('=');
                put(
                        parameters,
                        decoded(sign < 0 ? pair : pair.substring(0, sign)),
                        decoded(sign < 0 ? "" : pair.substring(sign + 1)));
            }
        }
        return parameters;
    }

    private static void put(Map<String, String> to, String name, String value) {
        if (to.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("a parameter stands twice: " + name);
        }
        if (to.size() > MAX_PARAMETERS) {
            throw new IllegalArgumentException("a DID URL has at most " + MAX_PARAMETERS + " parameters");
        }
    }

    /** A plus is a plus here: this is no form. */
    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static void require(String part, String punctuation) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (c == '%') {
                if (i + 2 >= part.length() || !isHex(part.charAt(i + 1)) || !isHex(part.charAt(i + 2))) {
                    throw new IllegalArgumentException("a percent sign in a DID URL needs two hexadecimal digits");
                }
                i += 2;
            } else if (!plain && punctuation.indexOf(c) < 0) {
                throw new IllegalArgumentException("a DID URL has a character that it may not have");
            }
        }
    }

    private static boolean isHex(char c) {
        return Character.digit(c, 16) >= 0 && c < 0x80;
    }
}
