package io.tallystick.kit.access;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;

/**
 * A JWS in compact serialization, taken apart and not yet believed.
 *
 * <p>Strict, so that two readers never see two texts in one: base64url has one spelling, JSON names come once, nothing
 * follows the object, and depth and size have a bound.
 */
public final class CompactJws {

    /** What was read is not a JWS that may be believed. The message says why, and may be shown to its sender. */
    public static final class Invalid extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Invalid(String message) {
            super(message, null, false, false);
        }
    }

    private static final int MAX_DEPTH = 8;

    /** The last second of the year 9999: any later is nonsense, and some later is no {@code Instant}. */
    private static final long MAX_SECONDS = 253_402_300_799L;

    private static final JsonMapper JSON = mapper();

    private final JsonNode header;
    private final byte[] payload;
    private final byte[] signingInput;
    private final byte[] signature;

    private CompactJws(JsonNode header, byte[] payload, byte[] signingInput, byte[] signature) {
        this.header = header;
        this.payload = payload;
        this.signingInput = signingInput;
        this.signature = signature;
    }

    /**
     * Takes {@code text} apart.
     *
     * @param maxLength longest text looked at, in characters
     * @param headerNames the names the header must have, all and no other: what could choose a key, a certificate or an
     *     extension ({@code jwk}, {@code jku}, {@code x5u}, {@code x5c}, {@code crit}, {@code b64}) is not ours
     * @throws Invalid if it is not one JWS with such a header
     */
    public static CompactJws parse(String text, int maxLength, Set<String> headerNames) {
        return parse(text, maxLength, headerNames, Set.of());
    }

    /**
     * As {@link #parse(String, int, Set)}.
     *
     * @param optionalNames what the header may have beside
     */
    public static CompactJws parse(String text, int maxLength, Set<String> headerNames, Set<String> optionalNames) {
        if (text.length() > maxLength) {
            throw new Invalid("longer than " + maxLength + " characters");
        }
        int first = text.indexOf('.');
        int second = text.indexOf('.', first + 1);
        if (first < 1 || second <= first + 1 || second == text.length() - 1 || text.indexOf('.', second + 1) >= 0) {
            throw new Invalid("not three parts joined by dots");
        }
        var header = object(part(text.substring(0, first)));
        if (!headerNames.stream().allMatch(header::has)
                || !header.propertyStream()
                        .allMatch(e -> headerNames.contains(e.getKey()) || optionalNames.contains(e.getKey()))) {
            throw new Invalid("the header must have " + words(headerNames)
                    + (optionalNames.isEmpty() ? "" : ", may have " + words(optionalNames)) + " and nothing else");
        }
        return new CompactJws(
                header,
                part(text.substring(first + 1, second)),
                text.substring(0, second).getBytes(StandardCharsets.US_ASCII),
                part(text.substring(second + 1)));
    }

    private static String words(Set<String> names) {
        return String.join(", ", names.stream().sorted().toList());
    }

    public boolean hasHeader(String name) {
        return header.has(name);
    }

    /** The text of a header. @throws Invalid if it is no text */
    public String header(String name) {
        return text(header, name);
    }

    /** The object of a header. @throws Invalid if it is no object */
    public JsonNode headerObject(String name) {
        var value = header.get(name);
        if (value == null || !value.isObject()) {
            throw new Invalid(name + " must be an object");
        }
        return value;
    }

    /** @throws Invalid unless the header has exactly this text: our choice is compared, the sender's is never followed */
    public CompactJws requireHeader(String name, String value) {
        if (!value.equals(header(name))) {
            throw new Invalid("the header's " + name + " must be " + value);
        }
        return this;
    }

    public byte[] payload() {
        return payload.clone();
    }

    /** The payload as a JSON object. @throws Invalid if it is none */
    public JsonNode claims() {
        return object(payload);
    }

    public byte[] signingInput() {
        return signingInput.clone();
    }

    public byte[] signature() {
        return signature.clone();
    }

    /** Returns only if {@code key} signed this. @throws Invalid otherwise */
    public CompactJws verifiedBy(Ed25519Key key) {
        key.verify(signingInput, signature);
        return this;
    }

    /** A claim that must be a text of at most 2,048 characters. @throws Invalid if it is not */
    public static String text(JsonNode claims, String name) {
        var value = claims.get(name);
        if (value == null || !value.isTextual() || value.textValue().length() > 2048) {
            throw new Invalid(name + " must be a text");
        }
        return value.textValue();
    }

    /** A claim that must be a whole number of seconds since 1970. @throws Invalid if it is not */
    public static long seconds(JsonNode claims, String name) {
        var value = claims.get(name);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw new Invalid(name + " must be a whole number of seconds");
        }
        return value.longValue();
    }

    /** A claim that must be a time before the year 10000, in whole seconds since 1970. @throws Invalid if it is not */
    public static Instant time(JsonNode claims, String name) {
        var seconds = seconds(claims, name);
        if (seconds > MAX_SECONDS) {
            throw new Invalid(name + " must be a time before the year 10000");
        }
        return Instant.ofEpochSecond(seconds);
    }

    /** @throws IllegalArgumentException if {@code text} is not base64url in its one spelling, without padding */
    public static byte[] decode(String text) {
        var bytes = Base64.getUrlDecoder().decode(text);
        if (!Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(text)) {
            throw new IllegalArgumentException("not base64url in its shortest spelling");
        }
        return bytes;
    }

    private static byte[] part(String text) {
        try {
            return decode(text);
        } catch (IllegalArgumentException e) {
            throw new Invalid("a part is not base64url without padding");
        }
    }

    /** Reads a JSON object as strictly as a part of a JWS. @throws Invalid if it is none */
    public static JsonNode object(byte[] json) {
        try {
            var tree = JSON.readTree(json);
            if (tree == null || !tree.isObject()) {
                throw new Invalid("a part is not a JSON object");
            }
            return tree;
        } catch (IOException e) {
            throw new Invalid("a part is not a JSON object with each name once");
        }
    }

    private static JsonMapper mapper() {
        var factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxNumberLength(20)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }
}
