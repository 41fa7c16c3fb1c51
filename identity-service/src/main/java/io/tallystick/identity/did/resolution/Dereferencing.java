package io.tallystick.identity.did.resolution;

import io.tallystick.identity.did.webvh.Json.JsonObject;
import java.util.List;

/** What became of a wish to dereference a DID URL whose DID was resolved. */
sealed interface Dereferencing {

    /** The document, whole or with some of its services only. */
    record Document(JsonObject document) implements Dereferencing {}

    /** A verification method or a service. */
    record Part(JsonObject part) implements Dereferencing {}

    /** Where to look: the endpoints of services. At least one. */
    record Endpoints(List<String> urls) implements Dereferencing {
        public Endpoints {
            urls = List.copyOf(urls);
        }
    }

    /** @param detail why it is not done, for who asked */
    record Refused(Reason reason, String detail) implements Dereferencing {}

    /** Listed by precedence. */
    enum Reason {
        INVALID_DID_URL(400, "https://www.w3.org/ns/did#INVALID_DID_URL", "Not a DID URL"),
        NOT_FOUND(404, "https://www.w3.org/ns/did#NOT_FOUND", "Nothing found"),
        INVALID_VERIFICATION_METHOD(
                500, "https://w3id.org/security#INVALID_VERIFICATION_METHOD", "Not a verification method"),
        INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD(
                500,
                "https://w3id.org/security#INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD",
                "Verification method not authorized");

        private final int status;
        private final String type;
        private final String title;

        Reason(int status, String type, String title) {
            this.status = status;
            this.type = type;
            this.title = title;
        }

        /** HTTP status that the binding has for it; 500 for whatever it does not name. */
        int status() {
            return status;
        }

        String type() {
            return type;
        }

        String title() {
            return title;
        }
    }
}
