package io.tallystick.identity.did.issued;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.DidLogSource;
import io.tallystick.identity.did.Resolution.NotFound;
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
    public CompletionStage<Optional<Found>> find(Did did, String caller) {
        return (did.method().equals("web") ? web(did) : webvh(WebvhDid.parse(did.toString())))
                .subscribeAsCompletionStage();
    }

    private Uni<Optional<Found>> webvh(WebvhDid did) {
        return dids.find(did.scid()).map(log -> log.<Found>map(one -> new Found.Log(did, one.text(), ""))
                .or(() -> noneIfOurs(did.host(), did.toString())));
    }

    /**
     * Only under our own domain: what a did:web is, its domain says, and a tenant may move its did:webvh to any.
     */
    private Uni<Optional<Found>> web(Did did) {
        var parts = did.id().split(":", -1);
        if (parts.length == 1) {
            // The domain's own, which another source has, or a stranger's.
            return Uni.createFrom().item(Optional.empty());
        }
        boolean mayBe = parts.length == 4 && isOurs(parts[0]) && parts[1].equals(IssuedDid.FOLDER);
        var found = mayBe ? dids.find(parts[2], parts[3]) : Uni.createFrom().item(Optional.<StoredLog>empty());
        return found.map(log -> log.filter(one -> one.did().web().equals(did.toString()))
                .map(IssuedLogSource::found)
                .or(() -> noneIfOurs(parts[0], did.toString())));
    }

    private static Found found(StoredLog log) {
        return new Found.Log(log.did(), log.text(), "");
    }

    /** Under our own domain lies what we issued and nothing else, so nobody has to be asked. */
    private Optional<Found> noneIfOurs(String host, String did) {
        return isOurs(host)
                ? Optional.of(new Found.Answer(new NotFound(did + " was not issued here.")))
                : Optional.empty();
    }

    private boolean isOurs(String host) {
        return domain.authority().filter(host::equalsIgnoreCase).isPresent();
    }
}
