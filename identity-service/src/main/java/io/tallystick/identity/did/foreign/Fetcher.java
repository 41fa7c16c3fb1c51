package io.tallystick.identity.did.foreign;

import java.util.Locale;
import java.util.concurrent.CompletionStage;

/** Brings the files of foreign DIDs. Every outcome is a value. */
interface Fetcher {

    CompletionStage<Fetched> fetch(Place place, DidFile file);

    enum DidFile {
        /** The document of a did:web. */
        DOCUMENT("did.json"),
        /** The log of a did:webvh. */
        LOG("did.jsonl"),
        WITNESSES("did-witness.json");

        private final String fileName;

        DidFile(String fileName) {
            this.fileName = fileName;
        }

        String fileName() {
            return fileName;
        }

        /** @param contentType as the header says it, parameters included */
        boolean mayBe(String contentType) {
            var type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
            return switch (type) {
                case "application/json" -> true;
                case "application/did" -> this == DOCUMENT;
                // A log is verified to the last byte, so the types that servers give to unknown names will do.
                case "text/jsonl",
                        "application/jsonl",
                        "application/jsonlines",
                        "application/x-ndjson",
                        "application/octet-stream",
                        "text/plain" -> this == LOG;
                default -> this != LOG && type.startsWith("application/") && type.endsWith("+json");
            };
        }
    }

    sealed interface Fetched {
        record Found(String text) implements Fetched {}

        /** There is no such file, or no such host. A host that we may not ask is none. */
        record Missing(String detail) implements Fetched {}

        /** There is something, and it cannot be the file. */
        record Refused(String detail) implements Fetched {}

        /** It may be there the next time. */
        record Unreachable(String detail) implements Fetched {}

        /** Too many are being fetched. */
        record Overloaded() implements Fetched {}
    }
}
