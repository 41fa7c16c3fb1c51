package io.tallystick.identity.credential.verification;

import io.tallystick.identity.did.VerificationKey;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonInteger;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.JsonReader;
import io.tallystick.kit.access.CompactJws;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A credential of the data model 2.0 in a JWT, taken apart and not yet believed. It exists only if what it says of itself
 * agrees with itself: its issuer, its key and, if it has them, the claims of a JWT.
 *
 * @param issuer a DID
 * @param kid a DID URL of the issuer's
 * @param subject the one claim's object
 */
record SignedCredential(
        CompactJws jws,
        JsonObject text,
        String issuer,
        String kid,
        JsonObject subject,
        Instant validFrom,
        Instant validUntil) {
    private static final Set<String> HEADER = Set.of("alg", "typ", "kid");
    private static final Set<String> HEADER_OPTIONAL = Set.of("cty", "iss");
    private static final String CONTEXT = "https://www.w3.org/ns/credentials/v2";
    private static final int MAX_STATUS = 4;

    /** XML's dateTimeStamp: never without an offset. */
    private static final Pattern TIME = Pattern.compile(
            "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})");

    /** @throws CompactJws.Invalid if it is none */
    static SignedCredential parse(String jwt, int maxLength) {
        var jws = CompactJws.parse(jwt, maxLength, HEADER, HEADER_OPTIONAL).requireHeader("typ", "vc+jwt");
        if (jws.hasHeader("cty")) {
            jws.requireHeader("cty", "vc");
        }
        var text = object(jws.payload());
        var issuer = issuer(text);
        if (jws.hasHeader("iss")) {
            jws.requireHeader("iss", issuer);
        }
        var kid = jws.header("kid");
        if (!kid.startsWith(issuer + "#")) {
            throw new CompactJws.Invalid("kid must be a DID URL of the issuer: its DID, # and the key's name");
        }
        requireCredential(text);
        var subject = subject(text);
        requireAgreement(text, issuer, subject);
        return new SignedCredential(
                jws,
                text,
                issuer,
                kid,
                subject,
                latest(time(text, "validFrom", Instant.MIN), seconds(text, "nbf", Instant.MIN)),
                earliest(time(text, "validUntil", Instant.MAX), seconds(text, "exp", Instant.MAX)));
    }

    /** Returns only if {@code key}, the one that {@link #kid()} names, signed this. @throws CompactJws.Invalid otherwise */
    void requireSignedBy(VerificationKey key) {
        key.verify(jws);
    }

    List<String> types() {
        return texts(text, "type");
    }

    /** @throws CompactJws.Invalid if one of them is none that we know to look up */
    List<StatusEntry> status() {
        var status = text.get("credentialStatus");
        if (status.isEmpty()) {
            return List.of();
        }
        var entries = status.get() instanceof JsonArray(var items) ? items : List.of(status.get());
        if (entries.size() > MAX_STATUS) {
            throw new CompactJws.Invalid("credentialStatus has more than " + MAX_STATUS + " entries");
        }
        return entries.stream().map(StatusEntry::of).toList();
    }

    private static JsonObject object(byte[] payload) {
        try {
            var decoded = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(payload))
                    .toString();
            if (JsonReader.read(decoded) instanceof JsonObject object) {
                return object;
            }
        } catch (CharacterCodingException | IllegalArgumentException e) {
            throw new CompactJws.Invalid(
                    "the payload is " + (e instanceof CharacterCodingException ? "not UTF-8" : e.getMessage()));
        }
        throw new CompactJws.Invalid("the payload is not a JSON object");
    }

    private static String issuer(JsonObject text) {
        var issuer = text.get("issuer").orElse(null) instanceof JsonObject object
                ? object.textOf("id")
                : text.textOf("issuer");
        return issuer.filter(id -> id.startsWith("did:"))
                .orElseThrow(() -> new CompactJws.Invalid("issuer must be a DID, or an object whose id is one"));
    }

    private static void requireCredential(JsonObject text) {
        if (text.get("vc").isPresent() || text.get("vp").isPresent()) {
            throw new CompactJws.Invalid("the payload must be the credential itself, without the claims vc and vp");
        }
        if (!(text.get("@context").orElse(null) instanceof JsonArray(var contexts))
                || contexts.isEmpty()
                || !contexts.getFirst().equals(new JsonText(CONTEXT))) {
            throw new CompactJws.Invalid("@context must begin with " + CONTEXT);
        }
        if (!texts(text, "type").contains("VerifiableCredential")) {
            throw new CompactJws.Invalid("type must have VerifiableCredential");
        }
    }

    private static JsonObject subject(JsonObject text) {
        if (text.get("credentialSubject").orElse(null) instanceof JsonObject subject
                && !subject.members().isEmpty()) {
            return subject;
        }
        throw new CompactJws.Invalid("credentialSubject must be one object that says something");
    }

    /** What stands twice must be the same, so that no reader believes something else. */
    private static void requireAgreement(JsonObject text, String issuer, JsonObject subject) {
        requireSame(text, "iss", Optional.of(issuer));
        requireSame(text, "sub", subject.textOf("id"));
        requireSame(text, "jti", text.textOf("id"));
    }

    private static void requireSame(JsonObject text, String claim, Optional<String> said) {
        var found = text.get(claim);
        if (found.isPresent() && !found.equals(said.map(JsonText::new))) {
            throw new CompactJws.Invalid(claim + " says something else than the credential");
        }
    }

    private static List<String> texts(JsonObject text, String name) {
        var value = text.get(name).orElse(null);
        var texts = value instanceof JsonArray array
                ? array.texts()
                : text.textOf(name).map(List::of);
        return texts.orElseThrow(() -> new CompactJws.Invalid(name + " must be a text or a list of texts"));
    }

    private static Instant time(JsonObject text, String name, Instant absent) {
        var value = text.get(name);
        if (value.isEmpty()) {
            return absent;
        }
        if (value.get() instanceof JsonText(var time)
                && time.length() <= 40
                && TIME.matcher(time).matches()) {
            try {
                return OffsetDateTime.parse(time).toInstant();
            } catch (DateTimeException _) {
                // Falls through: such a day there is not.
            }
        }
        throw new CompactJws.Invalid(name + " must be a time such as 2030-01-01T00:00:00Z");
    }

    private static Instant seconds(JsonObject text, String name, Instant absent) {
        var value = text.get(name);
        if (value.isEmpty()) {
            return absent;
        }
        if (value.get() instanceof JsonInteger(var seconds) && seconds >= 0) {
            return Instant.ofEpochSecond(seconds);
        }
        throw new CompactJws.Invalid(name + " must be a whole number of seconds");
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Instant earliest(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
