package io.tallystick.identity.did.ethr.registry;

import io.tallystick.identity.did.ethr.registry.Change.Entry;
import io.tallystick.identity.did.ethr.registry.Change.Part;
import io.tallystick.identity.did.ethr.registry.Change.What.Attribute;
import io.tallystick.identity.did.webvh.Json;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.JsonReader;
import io.tallystick.kit.access.Base58;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What attributes mean: {@code did/pub/<algorithm>/<purpose>/<encoding>} and {@code did/svc/<type>}. */
final class Attributes {
    /** Longest key taken: those that withstand quantum computers have 2,592 bytes, and base58 takes its time. */
    static final int MAX_KEY_BYTES = 4096;

    private static final Pattern NAME = Pattern.compile("did/(pub|svc)/(\\w+)(?:/(\\w+))?(?:/(\\w+))?");
    private static final byte[] ED25519 = {(byte) 0xed, 0x01};
    private static final byte[] X25519 = {(byte) 0xec, 0x01};
    private static final Entry NOTHING = new Entry.Nothing();

    private Attributes() {}

    static Attribute of(String name, byte[] value, long validTo) {
        return new Attribute(part(name), name + "-" + HexFormat.of().formatHex(value), entry(name, value), validTo);
    }

    private static Part part(String name) {
        if (name.startsWith("did/pub/")) {
            return Part.KEYS;
        }
        return name.startsWith("did/svc/") ? Part.SERVICES : Part.NONE;
    }

    private static Entry entry(String name, byte[] value) {
        var parts = NAME.matcher(name);
        if (!parts.matches()) {
            return NOTHING;
        }
        return parts.group(1).equals("svc") ? service(parts.group(2), value) : key(parts, value);
    }

    private static Entry service(String type, byte[] value) {
        return text(value)
                .<Entry>map(endpoint -> new Entry.Service(
                        JsonObject.of(Map.of("type", new JsonText(type), "serviceEndpoint", endpoint(endpoint)))))
                .orElse(NOTHING);
    }

    /** A text in JSON, an object or a list is meant; anything else is the text that it is. */
    private static Json endpoint(String text) {
        try {
            var value = JsonReader.read(text);
            return value instanceof JsonObject || value instanceof JsonArray || value instanceof JsonText
                    ? value
                    : new JsonText(text);
        } catch (IllegalArgumentException _) {
            return new JsonText(text);
        }
    }

    /** The text, if the bytes are one in UTF-8. */
    static Optional<String> text(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException _) {
            return Optional.empty();
        }
    }

    private static Entry key(Matcher name, byte[] value) {
        if (value.length > MAX_KEY_BYTES) {
            return NOTHING;
        }
        try {
            return new Entry.Key(
                    Optional.ofNullable(name.group(3)).orElse(""),
                    method(name.group(2), Optional.ofNullable(name.group(4)).orElse("hex"), value));
        } catch (IllegalArgumentException _) {
            // Nobody could use it, and the others of the document are none the worse.
            return NOTHING;
        }
    }

    /** Kinds of keys that the method knows are written in their one way, whichever encoding the name asks for. */
    private static JsonObject method(String algorithm, String encoding, byte[] value) {
        return switch (algorithm) {
            case "Secp256k1" ->
                method(
                        "EcdsaSecp256k1VerificationKey2019",
                        "publicKeyJwk",
                        CurveKey.of(value).jwk());
            case "Ed25519" -> method("Ed25519VerificationKey2020", "publicKeyMultibase", multibase(ED25519, value));
            case "X25519" -> method("X25519KeyAgreementKey2020", "publicKeyMultibase", multibase(X25519, value));
            // Whose value says by itself what it is.
            case "Multikey" -> method("Multikey", "publicKeyMultibase", multibase(new byte[0], value));
            default -> unknown(algorithm, encoding, value);
        };
    }

    /** Whether it is a key is for who uses it to see: a resolver says what is published. */
    private static JsonText multibase(byte[] multicodec, byte[] value) {
        var coded = Arrays.copyOf(multicodec, multicodec.length + value.length);
        System.arraycopy(value, 0, coded, multicodec.length, value.length);
        return new JsonText("z" + Base58.encode(coded));
    }

    private static JsonObject unknown(String type, String encoding, byte[] value) {
        return switch (encoding) {
            case "hex" ->
                method(type, "publicKeyHex", new JsonText(HexFormat.of().formatHex(value)));
            case "base64" ->
                method(type, "publicKeyBase64", new JsonText(Base64.getEncoder().encodeToString(value)));
            case "base58" -> method(type, "publicKeyBase58", new JsonText(Base58.encode(value)));
            default -> method(type, "value", new JsonText(HexFormat.of().formatHex(value)));
        };
    }

    private static JsonObject method(String type, String property, Json key) {
        return JsonObject.of(Map.of("type", new JsonText(type), property, key));
    }
}
