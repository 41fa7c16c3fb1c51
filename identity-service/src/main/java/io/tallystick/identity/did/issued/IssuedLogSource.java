package io.tallystick.identity.did.issued;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.DidLogSource;
import io.tallystick.identity.did.IssuedVersions;
import io.tallystick.identity.did.Resolution.NotFound;
import io.tallystick.identity.did.issued.IssuedLogs.Read;
import io.tallystick.identity.did.webvh.Verification;
import io.tallystick.identity.did.webvh.Verification.Reason;
import io.tallystick.identity.did.webvh.Verification.Refused;
import io.tallystick.identity.did.webvh.Verification.Verified;
import io.tallystick.identity.did.webvh.WebvhDid;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The logs of the DIDs that this installation issued. */
@ApplicationScoped
class IssuedLogSource implements DidLogSource, IssuedVersions {
    private final IssuedLogs logs;
    private final DidDomain domain;

    IssuedLogSource(IssuedLogs logs, DidDomain domain) {
        this.logs = logs;
        this.domain = domain;
    }

    @Override
    public CompletionStage<Optional<Found>> find(Did did, String caller) {
        return (did.method().equals("web") ? web(did) : webvh(WebvhDid.parse(did.toString())))
                .subscribeAsCompletionStage();
    }

    @Override
    public CompletionStage<Optional<Issued>> newest(WebvhDid did) {
        return logs.read(did.scid())
                .map(found -> found.flatMap(read -> newest(did, read)))
                .subscribeAsCompletionStage();
    }

    private static Optional<Issued> newest(WebvhDid did, Read read) {
        return switch (read.log()) {
            case Verified log when isOf(log, did) -> Optional.of(new Issued(read.tenant(), log.newest()));
            case Verified _ -> Optional.empty();
            case Refused refused -> throw new IllegalStateException("the log of " + did + ": " + refused.detail());
        };
    }

    private Uni<Optional<Found>> webvh(WebvhDid did) {
        return logs.read(did.scid()).map(read -> read.<Found>map(one -> new Found.Checked(of(did, one.log())))
                .or(() -> noneIfOurs(did.host(), did.toString())));
    }

    /** The log, if it is of the DID that was asked for. */
    private static Verification of(WebvhDid did, Verification log) {
        return log instanceof Verified verified && !isOf(verified, did)
                ? new Refused(List.of(), Reason.OTHER_DID, "no version of the log is of the DID that was asked for")
                : log;
    }

    private static boolean isOf(Verified log, WebvhDid did) {
        return log.versions().stream().anyMatch(version -> version.did().equals(did));
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
        var found = mayBe ? logs.read(parts[2], parts[3]) : Uni.createFrom().item(Optional.<Read>empty());
        return found.map(read -> read.filter(one -> liesAt(did, one.log()))
                .<Found>map(one -> new Found.Checked(one.log()))
                .or(() -> noneIfOurs(parts[0], did.toString())));
    }

    /** Whether the DID lies there now; of a log that does not hold, whether it ever did. */
    private static boolean liesAt(Did web, Verification log) {
        return log instanceof Verified verified
                ? verified.newest().did().web().equals(web.toString())
                : log.versions().stream()
                        .anyMatch(version -> version.did().web().equals(web.toString()));
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
