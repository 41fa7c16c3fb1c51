package io.tallystick.identity.did.installation;

import io.tallystick.identity.did.issued.DidDomain;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.key.SigningKeys;
import io.tallystick.identity.key.signer.KeyPurpose;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** The installation's own DID, if it has a domain name. */
@ApplicationScoped
public class InstallationDid {
    private final DidDomain domain;
    private final SigningKeys keys;

    InstallationDid(DidDomain domain, SigningKeys keys) {
        this.domain = domain;
        this.keys = keys;
    }

    /** The {@code did:web} of the domain under which DIDs are issued; empty if there is none. */
    public Optional<String> did() {
        return domain.authority().map(authority -> "did:web:" + authority);
    }

    /** What others read of it, with the keys as this instance saw them last. */
    Optional<JsonObject> document() {
        return did().map(did ->
                InstallationDocument.of(did, keys.ring(KeyPurpose.ASSERTION), keys.ring(KeyPurpose.RECEIPT)));
    }
}
