package io.tallystick.identity.did.issued;

import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.did.issued.IssuedDids.Newest;
import io.tallystick.identity.did.issued.IssuedDids.StoredLog;
import io.tallystick.identity.did.webvh.LogVerifier;
import io.tallystick.identity.did.webvh.Verification;
import io.tallystick.identity.did.webvh.Verification.Verified;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;

/**
 * The logs of issued DIDs as a stranger would find them: verified. Which version is the newest is asked of the database
 * each time; a log is verified once for each version, and again when it was forgotten.
 */
@ApplicationScoped
class IssuedLogs {
    private final IssuedDids dids;
    private final VerifiedLogs kept;
    private final MeterRegistry metrics;

    IssuedLogs(IssuedDids dids, IssuedConfig config, MeterRegistry metrics) {
        this.dids = dids;
        this.kept = new VerifiedLogs(config.maxKeptBytes());
        this.metrics = metrics;
    }

    /** @param log all of it, or what is wrong with it in our own database */
    record Read(String tenant, Verification log) {}

    Uni<Optional<Read>> read(String scid) {
        return read(dids.newest(scid));
    }

    Uni<Optional<Read>> read(String tenant, String name) {
        return read(dids.newest(tenant, name));
    }

    private Uni<Optional<Read>> read(Uni<Optional<Newest>> asked) {
        return asked.chain(found -> found.isEmpty() ? Uni.createFrom().item(Optional.empty()) : read(found.get()));
    }

    private Uni<Optional<Read>> read(Newest newest) {
        var known = kept.get(newest.scid(), newest.versionId());
        metrics.counter("tallystick.identity.issued.logs", "outcome", known.isPresent() ? "kept" : "verified")
                .increment();
        return known.isPresent()
                ? Uni.createFrom().item(Optional.of(new Read(newest.tenant(), known.get())))
                : dids.find(newest.scid()).chain(found -> verified(newest.tenant(), found.orElseThrow()));
    }

    /** Many versions take many signatures to verify; who asked goes on where it was. */
    private Uni<Optional<Read>> verified(String tenant, StoredLog stored) {
        return Uni.createFrom()
                .completionStage(() -> Vertx.currentContext()
                        .executeBlocking(() -> verify(stored), false)
                        .toCompletionStage())
                .map(log -> Optional.of(new Read(tenant, log)));
    }

    private Verification verify(StoredLog stored) {
        var text = stored.text();
        var verification = LogVerifier.verify(stored.did(), text, "", Instant.now());
        if (verification instanceof Verified log) {
            kept.put(log, text.length());
        }
        return verification;
    }
}
