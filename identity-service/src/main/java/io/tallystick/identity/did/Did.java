package io.tallystick.identity.did;

import java.util.regex.Pattern;

/**
 * A DID, taken apart (W3C DID Core). Only what the methods that we know need: no percent-encoding but that of the
 * colon before a port, no empty part, no path, query or fragment, no other spelling.
 *
 * @param method such as {@code key}
 * @param id what follows the method
 */
public record Did(String method, String id) {
    /** A did:jwk of a P-256 key has about 250 characters. */
    public static final int MAX_LENGTH = 1024;

    private static final Pattern METHOD = Pattern.compile("[a-z0-9]{1,32}");
    private static final Pattern ID = Pattern.compile("(?:[A-Za-z0-9._-]|%3A)+(?::(?:[A-Za-z0-9._-]|%3A)+)*");

    public Did {
        if (!METHOD.matcher(method).matches()) {
            throw new IllegalArgumentException("a DID's method has letters in lower case and digits");
        }
        // The length first: how deep a pattern goes depends on it.
        if (method.length() + id.length() + 5 > MAX_LENGTH || !ID.matcher(id).matches()) {
            throw new IllegalArgumentException("not a DID without path, query and fragment");
        }
    }

    /** @throws IllegalArgumentException if {@code text} is not exactly one DID */
    public static Did parse(String text) {
        int end = text.indexOf(':', 4);
        if (!text.startsWith("did:") || end < 0) {
            throw new IllegalArgumentException("a DID looks like did:method:id");
        }
        return new Did(text.substring(4, end), text.substring(end + 1));
    }

    @Override
    public String toString() {
        return "did:" + method + ":" + id;
    }
}
