package io.tallystick.identity.did;

import io.tallystick.identity.did.webvh.Verification.Version;
import io.tallystick.identity.did.webvh.WebvhDid;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The DIDs that this installation issued, as they are now: no answer is older than what is committed. */
public interface IssuedVersions {

    /** The newest version of a DID, by the name that it has now or had before it moved. Empty if it was not issued here. */
    CompletionStage<Optional<Issued>> newest(WebvhDid did);

    /** @param tenant whose DID it is */
    record Issued(String tenant, Version version) {}
}
