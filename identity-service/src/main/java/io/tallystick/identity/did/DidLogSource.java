package io.tallystick.identity.did;

import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.Verification;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Where logs of did:webvh come from. */
public interface DidLogSource {

    /**
     * The log of a did:webvh; or of the did:webvh that lies beside a did:web, if this source has the authority over the
     * did:web's domain. Empty if another source may have it.
     *
     * @param caller network address of who asks, for sources on which asking is a burden
     */
    CompletionStage<Optional<Found>> find(Did did, String caller);

    sealed interface Found {

        /** A log, verified: what of it holds. */
        record Checked(Verification log) implements Found {}

        /** The document of a did:web without a log. */
        record Document(JsonObject document) implements Found {}

        /** The source knows why there is none, and no other is to be asked. */
        record Answer(Resolution resolution) implements Found {}
    }
}
