package io.tallystick.identity.did.resolution;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The forms in which a resolution is answered. */
enum ResolutionFormat {
    /** The whole result; what is answered when anything will do. */
    RESULT("application/did-resolution", "", false, false),
    RESULT_AS_JSON("application/json", "", false, false),
    /** The whole result as older resolvers give it: errors are words. */
    RESULT_WITH_WORDS("application/ld+json", "https://w3id.org/did-resolution", false, true),
    /** What a DID URL led to, with what is said of it. */
    DEREFERENCING("application/did-url-dereferencing", "", false, false),
    /** Where the services lie that a DID URL names. */
    ENDPOINTS("text/uri-list", "", false, false),
    DOCUMENT("application/did", "", true, false),
    DOCUMENT_AS_JSON("application/did+json", "", true, false),
    DOCUMENT_AS_JSON_LD("application/did+ld+json", "", true, false);

    private final String type;
    private final String profile;
    private final boolean document;
    private final boolean errorWords;

    ResolutionFormat(String type, String profile, boolean document, boolean errorWords) {
        this.type = type;
        this.profile = profile;
        this.document = document;
        this.errorWords = errorWords;
    }

    /** A media type that a caller accepts: without parameters, and the {@code profile} it names, or empty. */
    record Accepted(String type, String profile) {}

    /**
     * The form for a caller that accepts these, most wanted first; empty if there is none.
     *
     * @param url whether it asks for more than a DID
     */
    static Optional<ResolutionFormat> of(List<Accepted> wanted, boolean url) {
        var any = url ? DEREFERENCING : RESULT;
        return wanted.isEmpty()
                ? Optional.of(any)
                : wanted.stream().flatMap(one -> matching(one, any).stream()).findFirst();
    }

    private static Optional<ResolutionFormat> matching(Accepted wanted, ResolutionFormat any) {
        if (wanted.type.equals("*/*") || wanted.type.equals("application/*")) {
            return Optional.of(any);
        }
        return Arrays.stream(values())
                .filter(format -> format.type.equals(wanted.type))
                .filter(format -> format.profile.isEmpty() || format.profile.equals(wanted.profile))
                .findFirst();
    }

    String mediaType() {
        return profile.isEmpty() ? type : type + ";profile=\"" + profile + "\"";
    }

    /** Whether it is of resolving alone, which takes a DID and no DID URL. */
    boolean isResolution() {
        return this == RESULT || this == RESULT_WITH_WORDS;
    }

    /** Whether the answer is the document alone. */
    boolean isDocument() {
        return document;
    }

    /** Whether an error is one word instead of an object. */
    boolean hasErrorWords() {
        return errorWords;
    }
}
