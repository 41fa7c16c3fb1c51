package io.tallystick.identity.did;

import io.tallystick.identity.did.webvh.Json.JsonArray;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.kit.access.CompactJws;
import java.util.List;

/**
 * The keys by which a DID may do something now.
 *
 * @param version the version of the DID that has them; empty for a DID that never changes
 */
public record DidKeys(String did, String version, List<Key> keys) {

    /** What a key may be used for: a verification relationship of DID Core. */
    public enum Purpose {
        /** To prove that one is the DID. */
        AUTHENTICATION("authentication"),
        /** To say something that others rely on. */
        ASSERTION("assertionMethod");

        private final String relationship;

        Purpose(String relationship) {
            this.relationship = relationship;
        }
    }

    /** @param id of its verification method, a DID URL with a fragment */
    public record Key(String id, VerificationKey key) {}

    public DidKeys {
        keys = List.copyOf(keys);
    }

    /** The signing keys that a document gives for a purpose. Methods that are no Multikey count as none. */
    static List<Key> of(JsonObject document, Purpose purpose) {
        var allowed = document.get(purpose.relationship).orElse(null) instanceof JsonArray names
                ? names.texts().orElse(List.of())
                : List.<String>of();
        return methods(document).stream()
                .filter(method -> allowed.contains(method.textOf("id").orElse("")))
                .filter(method -> method.textOf("publicKeyMultibase").isPresent())
                .map(method -> new Key(
                        method.textOf("id").orElseThrow(),
                        VerificationKey.ofMultibase(
                                method.textOf("publicKeyMultibase").orElseThrow())))
                .filter(key -> key.key.type().signs())
                .toList();
    }

    private static List<JsonObject> methods(JsonObject document) {
        return document.get("verificationMethod").orElse(null) instanceof JsonArray(var items)
                ? items.stream()
                        .filter(JsonObject.class::isInstance)
                        .map(JsonObject.class::cast)
                        .toList()
                : List.of();
    }

    /**
     * The one of these keys that signed {@code jws}. Its header may name one of them, and must if there are several.
     *
     * @throws CompactJws.Invalid if none did
     */
    public VerificationKey verify(CompactJws jws) {
        var key = jws.hasHeader("kid") ? named(jws.header("kid")) : only();
        key.verify(jws);
        return key;
    }

    private VerificationKey only() {
        if (keys.size() != 1) {
            throw new CompactJws.Invalid(
                    keys.isEmpty() ? "iss has no key that signs for this" : "kid must name one of the keys of iss");
        }
        return keys.getFirst().key;
    }

    private VerificationKey named(String kid) {
        return keys.stream()
                .filter(key -> names(kid, key))
                .findFirst()
                .map(Key::key)
                .orElseThrow(() ->
                        new CompactJws.Invalid("kid must name a key that iss has now, or be left out if it has one"));
    }

    /** By its whole URL, by its fragment, or by the DID if that is one key for ever. */
    private boolean names(String kid, Key key) {
        var fragment = key.id.substring(key.id.indexOf('#'));
        return kid.equals(key.id)
                || kid.equals(fragment)
                || kid.equals(did + fragment)
                || (kid.equals(did) && version.isEmpty());
    }
}
