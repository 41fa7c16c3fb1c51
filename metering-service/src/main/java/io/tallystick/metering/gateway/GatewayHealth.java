package io.tallystick.metering.gateway;

import io.smallrye.health.api.Wellness;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/**
 * Whether calls can be paid: without an access token they are answered with 503. Not part of readiness, because usage
 * is still taken in, and a gateway gets its first token only after its tenant was created.
 */
@Wellness
@ApplicationScoped
class GatewayHealth implements HealthCheck {
    private final GatewayConfig config;
    private final ServiceTokens tokens;

    GatewayHealth(GatewayConfig config, ServiceTokens tokens) {
        this.config = config;
        this.tokens = tokens;
    }

    @Override
    public HealthCheckResponse call() {
        var check = HealthCheckResponse.named("gateway");
        if (config.tenant().isEmpty()) {
            return check.up().withData("sells", "nothing").build();
        }
        return check.status(tokens.current().isPresent())
                .withData("sells", config.upstream().url().orElseThrow().toString())
                .build();
    }
}
