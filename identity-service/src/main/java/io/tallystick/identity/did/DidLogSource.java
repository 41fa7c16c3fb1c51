package io.tallystick.identity.did;

import io.tallystick.identity.did.webvh.WebvhDid;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Where logs of did:webvh come from. What it finds is not to be believed before it was verified. */
public interface DidLogSource {

    /**
     * The log of a did:webvh; or of the did:webvh that lies beside a did:web, if this source has the authority over the
     * did:web's domain. Empty if there is none here.
     */
    CompletionStage<Optional<Found>> find(Did did);

    /**
     * A log as it was found.
     *
     * @param did whose it is said to be
     * @param log the text of {@code did.jsonl}
     * @param witnesses the text of {@code did-witness.json}; empty if there is none
     */
    record Found(WebvhDid did, String log, String witnesses) {}
}
