package io.tallystick.identity.credential.verification;

import io.tallystick.identity.did.DidResolver;
import io.tallystick.identity.did.Resolution;
import io.tallystick.identity.did.Resolution.Resolved;
import io.tallystick.identity.did.Resolution.ResolvedVersion;
import io.tallystick.identity.did.VerificationKey;
import io.tallystick.identity.did.webvh.Json;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.kit.access.CompactJws;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The keys by which an issuer may say something of others: those of {@code assertionMethod}, and no others. */
final class IssuerKeys {
    private static final String RELATIONSHIP = "assertionMethod";

    private IssuerKeys() {}

    /**
     * The key that {@code kid} names.
     *
     * @throws CompactJws.Invalid if the issuer has none of this name, or not for this
     */
    static VerificationKey named(String kid, String issuer, Resolution found) {
        var key =
                switch (found) {
                    case Resolved resolved -> lasting(kid, resolved);
                    case ResolvedVersion(var document, var _) -> listed(kid, issuer, document);
                    default -> throw new IllegalArgumentException("was not resolved");
                };
        return key.filter(one -> one.type().signs())
                .orElseThrow(() -> new CompactJws.Invalid(
                        "kid must name a key that the issuer has now, and has under " + RELATIONSHIP));
    }

    private static Optional<VerificationKey> lasting(String kid, Resolved resolved) {
        return resolved.document().assertionMethod().contains(kid)
                ? resolved.authentication().stream().findFirst()
                : Optional.empty();
    }

    private static Optional<VerificationKey> listed(String kid, String issuer, JsonObject document) {
        if (!document.textOf("id").equals(Optional.of(issuer))) {
            throw new CompactJws.Invalid("the issuer's document is of another DID");
        }
        var methods = items(document, "verificationMethod").stream()
                .filter(method -> method instanceof JsonObject object && isNamed(object, kid, issuer))
                .map(JsonObject.class::cast)
                .toList();
        var asserting = items(document, RELATIONSHIP);
        var embedded = asserting.stream()
                .filter(method -> method instanceof JsonObject object && isNamed(object, kid, issuer))
                .map(JsonObject.class::cast)
                .findFirst();
        // Two of one name are two opinions on which key it is.
        return embedded.isPresent() && methods.isEmpty()
                ? embedded.map(IssuerKeys::key)
                : methods.stream()
                        .filter(_ -> methods.size() == 1 && embedded.isEmpty())
                        .filter(_ -> asserting.stream().anyMatch(name -> isReference(name, kid, issuer)))
                        .findFirst()
                        .map(IssuerKeys::key);
    }

    private static boolean isReference(Json name, String kid, String issuer) {
        return name instanceof JsonText(var text) && absolute(text, issuer).equals(kid);
    }

    /** Of the issuer's own: a key that another controls speaks for the other. */
    private static boolean isNamed(JsonObject method, String kid, String issuer) {
        return method.textOf("id")
                        .filter(id -> absolute(id, issuer).equals(kid))
                        .isPresent()
                && method.textOf("controller").filter(issuer::equals).isPresent();
    }

    private static String absolute(String id, String issuer) {
        return id.startsWith("#") ? issuer + id : id;
    }

    private static VerificationKey key(JsonObject method) {
        try {
            var multibase = method.textOf("publicKeyMultibase");
            return multibase.isPresent()
                    ? VerificationKey.ofMultibase(multibase.get())
                    : DidResolver.key(CompactJws.object(jwk(method).text().getBytes(StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException e) {
            throw new CompactJws.Invalid("the issuer's key: " + e.getMessage());
        }
    }

    private static Json jwk(JsonObject method) {
        return method.get("publicKeyJwk")
                .orElseThrow(() -> new CompactJws.Invalid("the issuer's key is neither a Multikey nor a JWK"));
    }

    private static List<Json> items(JsonObject document, String name) {
        return document.get(name).orElse(null) instanceof JsonArray(var items) ? items : List.of();
    }
}
