package io.tallystick.identity.key;

import io.tallystick.kit.access.IdentityView;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once there is a key to sign access tokens with, and what it signs would be accepted here: a caller who is told that
 * the service is ready is not refused with the token that it gives him. Only once is that waited for. When a later key
 * is not known here yet, the service goes on, for taking it from its callers would help none of them.
 */
@Readiness
@ApplicationScoped
class SigningKeysReady implements HealthCheck {
    private final SigningKeys keys;
    private final IdentityView identity;
    private volatile boolean known;

    SigningKeysReady(SigningKeys keys, IdentityView identity) {
        this.keys = keys;
        this.identity = identity;
    }

    @Override
    public HealthCheckResponse call() {
        var now = Instant.now();
        known = known || keys.accessTokenKey(now).flatMap(identity::key).isPresent();
        return HealthCheckResponse.named("signing key")
                .status(known && keys.canSign(now))
                .build();
    }
}
