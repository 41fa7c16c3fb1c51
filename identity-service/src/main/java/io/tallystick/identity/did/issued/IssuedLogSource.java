package io.tallystick.identity.did.issued;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.DidLogSource;
import io.tallystick.identity.did.issued.IssuedDids.StoredLog;
import io.tallystick.identity.did.webvh.WebvhDid;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The logs of the DIDs that this installation issued. */
@ApplicationScoped
class IssuedLogSource implements DidLogSource {
    private final IssuedDids dids;
    private final DidDomain domain;

    IssuedLogSource(IssuedDids dids, DidDomain domain) {
        this.dids = dids;
        this.domain = domain;
    }

    @Override
    public CompletionStage<Optional<Found>> find(Did did) {
        return (did.method().equals("web") ? web(did) : webvh(WebvhDid.parse(did.toString())))
                .subscribeAsCompletionStage();
    }

    private Uni<Optional<Found>> webvh(WebvhDid did) {
        return dids.find(did.scid()).map(log -> log.map(one -> new Found(did, one.text(), "")));
    }

    /**
     * Only under our own domain: what a did:web is, its domain says, and a tenant may move its did:webvh to any.
     */
    private Uni<Optional<Found>> web(Did did) {
        var parts = did.id().split(":", -1);
        boolean ours = parts.length == 4
                && domain.authority().filter(parts[0]::equals).isPresent()
                && parts[1].equals(IssuedDid.FOLDER);
        return ours
                ? dids.find(parts[2], parts[3])
                        .map(log -> log.filter(one -> one.did().web().equals(did.toString()))
                                .map(IssuedLogSource::found))
                : Uni.createFrom().item(Optional.empty());
    }

    private static Found found(StoredLog log) {
        return new Found(log.did(), log.text(), "");
    }
}
