package io.tallystick.identity.did.issued;

import io.tallystick.identity.did.KeyType;
import io.tallystick.identity.did.VerificationKey;
import io.tallystick.identity.did.webvh.Json;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import io.tallystick.identity.did.webvh.WebvhDid;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** The documents of issued DIDs. */
final class IssuedDocument {
    private static final List<String> CONTEXT =
            List.of("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1");
    private static final List<String> SIGNING =
            List.of("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation");

    private IssuedDocument() {}

    /** @param otherNames what the DID was called before */
    static JsonObject of(WebvhDid did, List<VerificationKey> keys, List<String> otherNames) {
        var names = new LinkedHashSet<String>();
        names.add(did.web());
        names.addAll(otherNames);
        var document = JsonObject.of(Map.of(
                "@context",
                JsonArray.ofTexts(CONTEXT),
                "id",
                new JsonText(did.toString()),
                "alsoKnownAs",
                JsonArray.ofTexts(List.copyOf(names)),
                "verificationMethod",
                new JsonArray(keys.stream().<Json>map(key -> method(did, key)).toList())));
        for (var relation : SIGNING) {
            document = with(
                    document,
                    relation,
                    did,
                    keys.stream().filter(key -> key.type().signs()).toList());
        }
        return with(
                document,
                "keyAgreement",
                did,
                keys.stream().filter(key -> key.type() == KeyType.X25519).toList());
    }

    private static JsonObject with(JsonObject document, String relation, WebvhDid did, List<VerificationKey> keys) {
        return keys.isEmpty()
                ? document
                : document.with(
                        relation,
                        JsonArray.ofTexts(keys.stream().map(key -> id(did, key)).toList()));
    }

    private static JsonObject method(WebvhDid did, VerificationKey key) {
        return JsonObject.of(Map.of(
                "id", new JsonText(id(did, key)),
                "type", new JsonText("Multikey"),
                "controller", new JsonText(did.toString()),
                "publicKeyMultibase", new JsonText(key.multibase())));
    }

    private static String id(WebvhDid did, VerificationKey key) {
        return did + "#" + key.multibase();
    }

    /** The keys of such a document. */
    static List<VerificationKey> keys(JsonObject document) {
        return items(document, "verificationMethod").stream()
                .map(JsonObject.class::cast)
                .map(method -> method.textOf("publicKeyMultibase").orElseThrow())
                .map(VerificationKey::ofMultibase)
                .toList();
    }

    static List<String> otherNames(JsonObject document) {
        return document.get("alsoKnownAs")
                .map(JsonArray.class::cast)
                .flatMap(JsonArray::texts)
                .orElse(List.of());
    }

    private static List<Json> items(JsonObject document, String name) {
        return document.get(name)
                .map(JsonArray.class::cast)
                .map(JsonArray::items)
                .orElse(List.of());
    }
}
