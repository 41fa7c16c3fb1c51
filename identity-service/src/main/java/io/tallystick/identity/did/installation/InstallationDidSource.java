package io.tallystick.identity.did.installation;

import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.DidLogSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Finds the installation's own DID, and only that. */
@ApplicationScoped
class InstallationDidSource implements DidLogSource {
    private final InstallationDid own;

    InstallationDidSource(InstallationDid own) {
        this.own = own;
    }

    @Override
    public CompletionStage<Optional<Found>> find(Did did, String caller) {
        return CompletableFuture.completedFuture(own.document()
                .filter(_ -> own.did().filter(did.toString()::equals).isPresent())
                .map(Found.Document::new));
    }
}
