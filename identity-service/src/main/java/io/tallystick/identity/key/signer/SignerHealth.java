package io.tallystick.identity.key.signer;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.health.api.Wellness;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/**
 * Whether the Vault signs. Not part of readiness once it did: keys, DIDs and heartbeats are given out meanwhile, and
 * access tokens that exist hold.
 */
@Wellness
@ApplicationScoped
class SignerHealth implements HealthCheck {
    private final Signers signers;

    SignerHealth(Signers signers) {
        this.signers = signers;
    }

    @Scheduled(every = "10s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> probe() {
        return signers.probe();
    }

    @Override
    public HealthCheckResponse call() {
        var trouble = signers.trouble();
        var answer = HealthCheckResponse.named("signer").status(trouble.isEmpty());
        trouble.ifPresent(what -> answer.withData("cause", what));
        return answer.build();
    }
}
