package io.tallystick.billing.x402;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallystick.billing.money.Address;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/** x402's headers: JSON in base64. What a stranger sends is bounded before it is read. */
@ApplicationScoped
public class Wire {
    public static final int VERSION = 2;

    private static final int MOST_DEPTH = 24;
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,78}");
    private static final Pattern HEX = Pattern.compile("0x[0-9a-fA-F]{0,16384}");

    private final JsonMapper json = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MOST_DEPTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private final int maxHeaderBytes;

    Wire(X402Config config) {
        this.maxHeaderBytes = config.maxHeaderBytes();
    }

    /**
     * A payment as it came.
     *
     * @param accepted the offer it accepts
     * @param payload the scheme's own part
     */
    public record Payment(JsonNode accepted, JsonNode payload) {}

    /** Reads a {@code PAYMENT-SIGNATURE} header; empty if it is none of version 2. */
    public Optional<Payment> payment(String header) {
        if (header.length() > maxHeaderBytes) {
            return Optional.empty();
        }
        try {
            return payment(json.readTree(new String(Base64.getDecoder().decode(header.trim()), UTF_8)));
        } catch (IllegalArgumentException | JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** Reads a payment that was sent as JSON. */
    public Optional<Payment> payment(JsonNode sent) {
        var accepted = sent.path("accepted");
        var payload = sent.path("payload");
        return sent.path("x402Version").asInt() == VERSION && accepted.isObject() && payload.isObject()
                ? Optional.of(new Payment(accepted, payload))
                : Optional.empty();
    }

    /** Reads what {@link #text} wrote. */
    public ObjectNode object(String text) {
        try {
            return (ObjectNode) json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("we wrote it and cannot read it", e);
        }
    }

    public ObjectNode object() {
        return json.createObjectNode();
    }

    public String text(JsonNode node) {
        return node.toString();
    }

    public String header(JsonNode node) {
        return header(text(node));
    }

    public String header(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    public static Address address(JsonNode text) {
        return Address.of(text.asText());
    }

    /** A decimal string that fits {@code uint256}; JSON numbers lose digits past 2^53 and are not taken. */
    public static BigInteger number(JsonNode text) {
        if (!text.isTextual() || !DIGITS.matcher(text.textValue()).matches()) {
            throw new IllegalArgumentException("no decimal string");
        }
        var number = new BigInteger(text.textValue());
        if (number.bitLength() > 256) {
            throw new IllegalArgumentException("above uint256");
        }
        return number;
    }

    public static String hex(JsonNode text) {
        if (!text.isTextual() || !HEX.matcher(text.textValue()).matches()) {
            throw new IllegalArgumentException("no hexadecimal digits");
        }
        return text.textValue();
    }
}
