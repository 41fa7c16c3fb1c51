package io.tallystick.identity.did.webvh;

import java.net.IDN;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A did:webvh, taken apart: what it is (the SCID, for ever) and where its log lies (the rest, until it moves).
 *
 * @param scid self-certifying identifier, the hash of the log's first entry
 * @param host domain name and port as the DID has them, such as {@code example.com%3A8443}
 * @param path the segments after it, as the DID has them
 */
public record WebvhDid(String scid, String host, List<String> path) {
    /** Stands in the first entry where the SCID will be, when the SCID is calculated. */
    public static final String PLACEHOLDER = "{SCID}";

    public static final String PREFIX = "did:webvh:";
    private static final int MAX_LENGTH = 1024;
    private static final int MAX_NAME = 253;
    private static final Pattern SCID = Pattern.compile(Multihash.PATTERN);
    private static final Pattern HOST =
            Pattern.compile("((?:[A-Za-z0-9.-]|%(?!3[Aa])[0-9A-Fa-f]{2})+)(?:%3[Aa]([0-9]{1,5}))?");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

    /** A last label that a URL's reader would take for the end of an IP address. */
    private static final Pattern NUMERIC = Pattern.compile("[0-9]+|0x[0-9a-f]*");

    private static final Pattern SEGMENT = Pattern.compile("(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+");

    public WebvhDid {
        path = List.copyOf(path);
        // The length first: how deep a pattern goes depends on it.
        if (host.length() + path.stream().mapToInt(String::length).sum() > MAX_LENGTH) {
            throw new IllegalArgumentException("longer than " + MAX_LENGTH + " characters");
        }
        if (!SCID.matcher(scid).matches() && !scid.equals(PLACEHOLDER)) {
            throw new IllegalArgumentException("a did:webvh needs an SCID of 46 characters in base58");
        }
        authority(host);
        path.forEach(WebvhDid::decoded);
    }

    /** @throws IllegalArgumentException if {@code text} is not exactly one did:webvh, without path, query and fragment */
    public static WebvhDid parse(String text) {
        if (!text.startsWith(PREFIX) || text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("not a did:webvh");
        }
        var parts = text.substring(PREFIX.length()).split(":", -1);
        if (parts.length < 2) {
            throw new IllegalArgumentException("a did:webvh has an SCID and a domain");
        }
        return new WebvhDid(parts[0], parts[1], Arrays.asList(parts).subList(2, parts.length));
    }

    /**
     * A DID before its SCID is known.
     *
     * @param domain a domain name, with a port after a colon if it needs one
     */
    public static WebvhDid unborn(String domain, List<String> path) {
        return new WebvhDid(PLACEHOLDER, domain.replace(":", "%3A"), path);
    }

    /** The same DID with its log at another place. */
    public WebvhDid movedTo(String domain) {
        return new WebvhDid(scid, domain.replace(":", "%3A"), path);
    }

    /** Whether {@code other} lies at the same place. */
    boolean liesWith(WebvhDid other) {
        return host.equals(other.host) && path.equals(other.path);
    }

    /** The did:web whose document lies beside the log. */
    public String web() {
        return "did:web:" + place();
    }

    /** Where the log is to be fetched. */
    public URI logUrl() {
        return URI.create(
                path.isEmpty() ? "https://" + authority(host) + "/.well-known/did.jsonl" : base() + "did.jsonl");
    }

    /** Where files that the DID refers to lie, with a slash at the end. */
    public String base() {
        var segments = path.stream()
                .map(segment -> URLEncoder.encode(decoded(segment), StandardCharsets.UTF_8)
                                .replace("+", "%20") + "/")
                .collect(Collectors.joining());
        return "https://" + authority(host) + "/" + segments;
    }

    private String place() {
        return path.isEmpty() ? host : host + ":" + String.join(":", path);
    }

    private static String authority(String host) {
        var parts = HOST.matcher(host);
        if (!parts.matches()) {
            throw new IllegalArgumentException("a did:webvh needs a domain name, and at most one port after it");
        }
        var name = ascii(URLDecoder.decode(parts.group(1), StandardCharsets.UTF_8));
        var labels = name.split("\\.", -1);
        if (name.length() > MAX_NAME
                || labels.length < 2
                || !Arrays.stream(labels).allMatch(label -> LABEL.matcher(label).matches())
                || NUMERIC.matcher(labels[labels.length - 1]).matches()) {
            throw new IllegalArgumentException("a did:webvh needs a full domain name and no IP address");
        }
        var port = parts.group(2);
        if (port == null) {
            return name;
        }
        int number = Integer.parseInt(port);
        if (number < 1 || number > 65_535) {
            throw new IllegalArgumentException("a port lies between 1 and 65535");
        }
        return name + ":" + number;
    }

    /** Names that are ASCII already need none of the JDK's tables, which a native executable may lack. */
    private static String ascii(String name) {
        boolean plain = name.chars().allMatch(c -> c < 0x80);
        return (plain ? name : IDN.toASCII(Normalizer.normalize(name, Normalizer.Form.NFC))).toLowerCase(Locale.ROOT);
    }

    private static String decoded(String segment) {
        if (!SEGMENT.matcher(segment).matches()) {
            throw new IllegalArgumentException("a did:webvh has no empty and no foreign part");
        }
        var decoded = URLDecoder.decode(segment, StandardCharsets.UTF_8);
        boolean climbs = decoded.equals(".")
                || decoded.equals("..")
                || decoded.indexOf('/') >= 0
                || decoded.indexOf('\\') >= 0
                || decoded.indexOf(0) >= 0
                || !decoded.equals(decoded.strip());
        if (climbs) {
            throw new IllegalArgumentException("a part of a did:webvh leads elsewhere");
        }
        return decoded;
    }

    @Override
    public String toString() {
        return PREFIX + scid + ":" + place();
    }
}
