package io.tallystick.identity.did.foreign;

import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.webvh.WebvhDid;
import java.net.URI;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * Where the files of a did:web or did:webvh lie. Exists only if the DID names the place in the one way there is: whoever
 * keeps something under a DID keeps it under one text.
 *
 * @param host a domain name of two labels or more, in lower case; another script is in its {@code xn--} form
 * @param folder with a slash at both ends
 */
record Place(String host, int port, String folder) {
    private static final int HTTPS = 443;
    private static final Pattern HOST = Pattern.compile("[a-z0-9.-]+(?:%3A[1-9][0-9]{0,4})?");

    /** @throws IllegalArgumentException if {@code did} is none of its method, or leads to no domain name */
    static Place of(Did did) {
        var parsed = did.method().equals("web") ? web(did) : WebvhDid.parse(did.toString());
        if (!HOST.matcher(parsed.host()).matches()) {
            throw new IllegalArgumentException(
                    "the domain name must be in lower case, and the port without zeros before it");
        }
        var base = URI.create(parsed.base());
        return new Place(
                base.getHost(),
                base.getPort() < 0 ? HTTPS : base.getPort(),
                parsed.path().isEmpty() ? "/.well-known/" : base.getRawPath());
    }

    /** The same rules as for a did:webvh, whose SCID says nothing about the place. */
    private static WebvhDid web(Did did) {
        var parts = did.id().split(":", -1);
        try {
            return new WebvhDid(
                    WebvhDid.PLACEHOLDER, parts[0], Arrays.asList(parts).subList(1, parts.length));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage().replace("did:webvh", "did:web"), e);
        }
    }
}
