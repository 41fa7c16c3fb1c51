package io.tallystick.identity.did.ethr.registry;

import io.tallystick.identity.did.webvh.Json.JsonObject;

/**
 * One event of the registry.
 *
 * @param block in which it happened
 * @param index of its log within the block
 * @param previous the block of the change before it; zero if there is none
 */
public record Change(long block, long index, long previous, What what) {

    public boolean deactivates() {
        return what instanceof What.Owner(var owner) && owner.equals(Account.NOBODY);
    }

    /** What changed. */
    public sealed interface What {

        record Owner(Account owner) implements What {}

        /** @param validTo in seconds; what lies in the past revokes */
        record Delegate(String type, Account account, long validTo) implements What {}

        /** @param sameness what it shares with the change that revokes it, and with no other */
        record Attribute(Part part, String sameness, Entry entry, long validTo) implements What {}

        /** Somebody's own use of the registry: counts for nothing. */
        record Other() implements What {}
    }

    /** The part of a document that counts an attribute. */
    public enum Part {
        KEYS,
        SERVICES,
        NONE
    }

    /** What an attribute puts into a document while it is valid. */
    public sealed interface Entry {

        /** @param method the verification method, but for its id and its controller */
        record Key(String purpose, JsonObject method) implements Entry {}

        /** @param service but for its id */
        record Service(JsonObject service) implements Entry {}

        /** Nothing that a document can say. */
        record Nothing() implements Entry {}
    }
}
