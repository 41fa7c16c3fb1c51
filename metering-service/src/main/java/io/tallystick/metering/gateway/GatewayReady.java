package io.tallystick.metering.gateway;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Whether the gateway has asked for its access token: a new replica serves no call before, for it could not have it
 * paid. Once it has asked, it is ready whatever the answer was: that it cannot sell is in {@link GatewayHealth}.
 */
@Readiness
@ApplicationScoped
class GatewayReady implements HealthCheck {
    private final GatewayConfig config;
    private final ServiceTokens tokens;

    GatewayReady(GatewayConfig config, ServiceTokens tokens) {
        this.config = config;
        this.tokens = tokens;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("gateway token asked for")
                .status(config.tenant().isEmpty() || tokens.asked())
                .build();
    }
}
