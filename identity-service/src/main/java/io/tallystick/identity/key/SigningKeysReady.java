package io.tallystick.identity.key;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready once there is a key to sign access tokens with. */
@Readiness
@ApplicationScoped
class SigningKeysReady implements HealthCheck {
    private final SigningKeys keys;

    SigningKeysReady(SigningKeys keys) {
        this.keys = keys;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("signing key")
                .status(keys.canSign(Instant.now()))
                .build();
    }
}
