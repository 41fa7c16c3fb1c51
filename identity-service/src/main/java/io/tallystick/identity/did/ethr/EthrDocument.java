package io.tallystick.identity.did.ethr;

import io.tallystick.identity.did.ethr.registry.Account;
import io.tallystick.identity.did.ethr.registry.Change;
import io.tallystick.identity.did.ethr.registry.Change.Entry;
import io.tallystick.identity.did.ethr.registry.Change.Part;
import io.tallystick.identity.did.ethr.registry.Change.What;
import io.tallystick.identity.did.webvh.Json;
import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Json.JsonText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The document of a did:ethr: what its changes left at a time. Each change of a key or service takes the next number,
 * whether it still holds or not, so that a number never means two keys.
 */
final class EthrDocument {
    private static final String DID_V1 = "https://www.w3.org/ns/did/v1";
    private static final String RECOVERY_2020 = "https://w3id.org/security/suites/secp256k1recovery-2020/v2";
    private static final String SECURITY_V2 = "https://w3id.org/security/v2";
    private static final String SECURITY = "https://w3id.org/security#";
    private static final String RECOVERY_METHOD = "EcdsaSecp256k1RecoveryMethod2020";
    private static final String SECP256K1_KEY = "EcdsaSecp256k1VerificationKey2019";

    /** Where what a kind of key is called is defined, in the order in which a document names it. */
    private static final SequencedMap<String, String> CONTEXTS = contexts();

    private final EthrDid did;
    private final long chainId;
    private final long now;
    private final SequencedMap<String, Method> methods = new LinkedHashMap<>();
    private final SequencedMap<String, JsonObject> services = new LinkedHashMap<>();
    private Account owner;
    private int keyCount;
    private int serviceCount;

    private record Method(String id, String purpose, JsonObject method) {
        boolean isFor(String relationship) {
            return switch (relationship) {
                case "authentication" -> purpose.equals("sigAuth");
                case "keyAgreement" -> purpose.equals("enc");
                // Who may authenticate may also assert.
                default -> !purpose.equals("enc");
            };
        }
    }

    private EthrDocument(EthrDid did, long chainId, long now) {
        this.did = did;
        this.chainId = chainId;
        this.now = now;
        this.owner = did.account();
    }

    /**
     * @param changes the first one first, none of which deactivates the DID
     * @param now in seconds: what was valid until then no longer is afterwards
     */
    static JsonObject of(EthrDid did, long chainId, List<Change> changes, long now) {
        var document = new EthrDocument(did, chainId, now);
        changes.forEach(change -> document.take(change.what()));
        return document.json();
    }

    /** The document of a DID whose owner gave it up: nothing is left. */
    static JsonObject ofDeactivated(EthrDid did) {
        var nothing = new JsonArray(List.of());
        return JsonObject.of(Map.of(
                "@context",
                new JsonText(DID_V1),
                "id",
                new JsonText(did.text()),
                "verificationMethod",
                nothing,
                "authentication",
                nothing,
                "assertionMethod",
                nothing));
    }

    private void take(What what) {
        switch (what) {
            case What.Owner(var account) -> owner = account;
            case What.Delegate(var type, var account, var validTo) -> {
                keyCount++;
                var sameness = "delegate-" + type + "-" + account.digits();
                if (validTo < now) {
                    methods.remove(sameness);
                } else if (type.equals("veriKey") || type.equals("sigAuth")) {
                    methods.put(sameness, new Method(keyId(), type, recovery(account)));
                }
            }
            case What.Attribute attribute -> take(attribute);
            case What.Other() -> {}
        }
    }

    private void take(What.Attribute attribute) {
        if (attribute.part() == Part.KEYS) {
            keyCount++;
        } else if (attribute.part() == Part.SERVICES) {
            serviceCount++;
        }
        if (attribute.validTo() < now) {
            methods.remove(attribute.sameness());
            services.remove(attribute.sameness());
            return;
        }
        switch (attribute.entry()) {
            case Entry.Key(var purpose, var method) ->
                methods.put(attribute.sameness(), new Method(keyId(), purpose, method));
            case Entry.Service(var service) ->
                services.put(attribute.sameness(), service.with("id", new JsonText(id("service-" + serviceCount))));
            case Entry.Nothing() -> {}
        }
    }

    private String keyId() {
        return id("delegate-" + keyCount);
    }

    private String id(String fragment) {
        return did.text() + "#" + fragment;
    }

    private JsonObject recovery(Account account) {
        return JsonObject.of(Map.of(
                "type",
                new JsonText(RECOVERY_METHOD),
                "blockchainAccountId",
                new JsonText("eip155:" + chainId + ":" + account.checksummed())));
    }

    private JsonObject json() {
        var own = new ArrayList<Method>();
        own.add(new Method(id("controller"), "sigAuth", recovery(owner)));
        did.key()
                .filter(_ -> owner.equals(did.account()))
                .ifPresent(key -> own.add(new Method(
                        id("controllerKey"),
                        "sigAuth",
                        JsonObject.of(Map.of("type", new JsonText(SECP256K1_KEY), "publicKeyJwk", key.jwk())))));
        own.addAll(methods.values());
        var document = JsonObject.of(Map.of(
                "@context", context(own),
                "id", new JsonText(did.text()),
                "verificationMethod", new JsonArray(own.stream().map(this::json).toList()),
                "authentication", names(own, "authentication"),
                "assertionMethod", names(own, "assertionMethod")));
        var agreement = names(own, "keyAgreement");
        if (!agreement.items().isEmpty()) {
            document = document.with("keyAgreement", agreement);
        }
        return services.isEmpty() ? document : document.with("service", new JsonArray(List.copyOf(services.values())));
    }

    private Json json(Method method) {
        return method.method.with("id", new JsonText(method.id)).with("controller", new JsonText(did.text()));
    }

    private static JsonArray names(List<Method> methods, String relationship) {
        return JsonArray.ofTexts(methods.stream()
                .filter(method -> method.isFor(relationship))
                .map(Method::id)
                .toList());
    }

    private static JsonArray context(List<Method> methods) {
        var items = new ArrayList<Json>(List.of(new JsonText(DID_V1), new JsonText(RECOVERY_2020)));
        CONTEXTS.forEach((word, context) -> {
            if (methods.stream().anyMatch(method -> uses(method, word)) && !items.contains(new JsonText(context))) {
                items.add(new JsonText(context));
            }
        });
        var terms = JsonObject.of(Map.of());
        for (var name : List.of("publicKeyHex", "publicKeyBase64")) {
            if (methods.stream().anyMatch(method -> uses(method, name))) {
                terms = terms.with(name, new JsonText(SECURITY + name));
            }
        }
        if (methods.stream().anyMatch(method -> uses(method, "publicKeyJwk"))) {
            terms = terms.with(
                    "publicKeyJwk",
                    JsonObject.of(
                            Map.of("@id", new JsonText(SECURITY + "publicKeyJwk"), "@type", new JsonText("@json"))));
        }
        if (!terms.members().isEmpty()) {
            items.add(terms);
        }
        return new JsonArray(items);
    }

    private static boolean uses(Method method, String word) {
        return method.method.get(word).isPresent()
                || method.method.textOf("type").filter(word::equals).isPresent();
    }

    private static SequencedMap<String, String> contexts() {
        var contexts = new LinkedHashMap<String, String>();
        contexts.put(SECP256K1_KEY, SECURITY_V2);
        contexts.put("publicKeyBase58", SECURITY_V2);
        contexts.put("Ed25519VerificationKey2020", "https://w3id.org/security/suites/ed25519-2020/v1");
        contexts.put("X25519KeyAgreementKey2020", "https://w3id.org/security/suites/x25519-2020/v1");
        contexts.put("Multikey", "https://w3id.org/security/multikey/v1");
        return contexts;
    }
}
