package io.tallystick.identity.did;

import io.tallystick.identity.did.webvh.Json.JsonObject;
import java.util.List;
import java.util.Optional;

/** What became of a wish to resolve a DID. */
public sealed interface Resolution {

    /** @param authentication the keys that may sign for the DID */
    record Resolved(DidDocument document, List<VerificationKey> authentication) implements Resolution {
        public Resolved {
            authentication = List.copyOf(authentication);
        }
    }

    /** A version of a DID that has a log. */
    record ResolvedVersion(JsonObject document, JsonObject metadata) implements Resolution {}

    /**
     * The DID is not to be used any more. Its earlier versions are there for who asks for one of them.
     *
     * @param document that its method gives to such a DID; empty if it gives none
     */
    record Deactivated(Optional<JsonObject> document, JsonObject metadata) implements Resolution {}

    /** @param detail what is not there: the DID, or the version */
    record NotFound(String detail) implements Resolution {}

    /** @param detail which parameter is wrong */
    record InvalidOptions(String detail) implements Resolution {}

    /** @param detail what is wrong, for who asked */
    record InvalidDid(String detail) implements Resolution {}

    /**
     * @param detail what went wrong, not necessarily here: the DID may be resolved the next time
     * @param retryAfterSeconds when that may be; zero if nobody knows
     */
    record NotResolved(String detail, int retryAfterSeconds) implements Resolution {}

    /** @param detail what is too much, and when to try again */
    record TooManyRequests(String detail, int retryAfterSeconds) implements Resolution {}

    record MethodNotSupported(String method) implements Resolution {}
}
