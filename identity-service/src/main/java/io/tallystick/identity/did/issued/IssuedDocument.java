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
import java.util.stream.Stream;

/** The documents of issued DIDs. */
final class IssuedDocument {
    private static final List<String> CONTEXT =
            List.of("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1");
    private static final List<String> SIGNING =
            List.of("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation");

    private static final String RECOVERY_CONTEXT = "https://w3id.org/security/suites/secp256k1recovery-2020/v2";
    private static final String KEY = "publicKeyMultibase";
    private static final String ACCOUNT = "blockchainAccountId";
    private static final String ACCOUNT_DID = "did:pkh:";

    private IssuedDocument() {}

    /**
     * @param otherNames what the DID was called before
     * @param accounts CAIP-10 names of the accounts that its subject holds. They are methods in no relationship: an account's
     *     key pays, and speaks for the DID in nothing
     */
    static JsonObject of(WebvhDid did, List<VerificationKey> keys, List<String> otherNames, List<String> accounts) {
        var names = new LinkedHashSet<String>();
        names.add(did.web());
        names.addAll(otherNames);
        accounts.forEach(account -> names.add(ACCOUNT_DID + account));
        var methods = Stream.concat(
                        keys.stream().<Json>map(key -> method(did, key)),
                        accounts.stream().<Json>map(account -> method(did, account)))
                .toList();
        var document = JsonObject.of(Map.of(
                "@context",
                JsonArray.ofTexts(
                        accounts.isEmpty()
                                ? CONTEXT
                                : Stream.concat(CONTEXT.stream(), Stream.of(RECOVERY_CONTEXT))
                                        .toList()),
                "id",
                new JsonText(did.toString()),
                "alsoKnownAs",
                JsonArray.ofTexts(List.copyOf(names)),
                "verificationMethod",
                new JsonArray(methods)));
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
                "id",
                new JsonText(id(did, key)),
                "type",
                new JsonText("Multikey"),
                "controller",
                new JsonText(did.toString()),
                KEY,
                new JsonText(key.multibase())));
    }

    private static JsonObject method(WebvhDid did, String account) {
        return JsonObject.of(Map.of(
                "id",
                new JsonText(did + "#" + account.replace(':', '-')),
                "type",
                new JsonText("EcdsaSecp256k1RecoveryMethod2020"),
                "controller",
                new JsonText(did.toString()),
                ACCOUNT,
                new JsonText(account)));
    }

    private static String id(WebvhDid did, VerificationKey key) {
        return did + "#" + key.multibase();
    }

    /** The keys of such a document. */
    static List<VerificationKey> keys(JsonObject document) {
        return ofMethods(document, KEY).map(VerificationKey::ofMultibase).toList();
    }

    /** The accounts that such a document lists. */
    static List<String> accounts(JsonObject document) {
        return ofMethods(document, ACCOUNT).toList();
    }

    private static Stream<String> ofMethods(JsonObject document, String member) {
        return items(document, "verificationMethod").stream()
                .map(JsonObject.class::cast)
                .flatMap(method -> method.textOf(member).stream());
    }

    /** What the DID is called beside its present name; its accounts are not among it. */
    static List<String> otherNames(JsonObject document) {
        return document
                .get("alsoKnownAs")
                .map(JsonArray.class::cast)
                .flatMap(JsonArray::texts)
                .orElse(List.of())
                .stream()
                .filter(name -> !name.startsWith(ACCOUNT_DID))
                .toList();
    }

    private static List<Json> items(JsonObject document, String name) {
        return document.get(name)
                .map(JsonArray.class::cast)
                .map(JsonArray::items)
                .orElse(List.of());
    }
}
