package io.tallystick.identity;

import io.tallystick.identity.did.IssuedVersions;
import io.tallystick.identity.did.webvh.WebvhDid;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** An installation that issued no DID. */
public record NoneIssued() implements IssuedVersions {
    @Override
    public CompletionStage<Optional<Issued>> newest(WebvhDid did) {
        return CompletableFuture.completedFuture(Optional.empty());
    }
}
