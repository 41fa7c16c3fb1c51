package io.tallystick.identity.did.installation;

import io.tallystick.identity.did.webvh.Json;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.key.KeyRing;
import io.tallystick.identity.key.SigningKey;
import io.tallystick.identity.key.signer.KeyPurpose;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The document of the installation's DID. Keys for assertions may assert, and no others: who verifies a credential looks
 * at that relationship, and a receipt's key must not sign one. Keys of access tokens are not here at all.
 */
final class InstallationDocument {
    private static final List<String> CONTEXT =
            List.of("https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1");

    private InstallationDocument() {}

    /** @throws IllegalArgumentException if keys of another purpose are among these */
    static JsonObject of(String did, KeyRing assertions, KeyRing receipts) {
        if (assertions.purpose() != KeyPurpose.ASSERTION || receipts.purpose() != KeyPurpose.RECEIPT) {
            throw new IllegalArgumentException("keys of another purpose");
        }
        var methods = Stream.of(assertions, receipts)
                .flatMap(ring -> ring.accepted().stream())
                .<Json>map(key -> method(did, key))
                .toList();
        var asserting =
                assertions.accepted().stream().map(key -> id(did, key.kid())).toList();
        return JsonObject.of(Map.of(
                "@context",
                JsonArray.ofTexts(CONTEXT),
                "id",
                new JsonText(did),
                "verificationMethod",
                new JsonArray(methods),
                "assertionMethod",
                JsonArray.ofTexts(asserting)));
    }

    static String id(String did, String kid) {
        return did + "#" + kid;
    }

    private static Json method(String did, SigningKey key) {
        var jwk = JsonObject.of(Map.of(
                "kty", new JsonText("OKP"),
                "crv", new JsonText("Ed25519"),
                "kid", new JsonText(key.kid()),
                "x", new JsonText(key.publicKey().base64Url())));
        return JsonObject.of(Map.of(
                "id", new JsonText(id(did, key.kid())),
                "type", new JsonText("JsonWebKey2020"),
                "controller", new JsonText(did),
                "publicKeyJwk", jwk));
    }
}
