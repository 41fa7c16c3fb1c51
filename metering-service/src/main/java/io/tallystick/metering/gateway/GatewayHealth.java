package io.tallystick.metering.gateway;

import io.smallrye.health.api.Wellness;
import io.tallystick.metering.gateway.upstream.ConfiguredUpstreams;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/**
 * Whether calls can be paid and served: without an access token they are answered with 503, and so they are while all
 * upstreams are away; as long as one is there, it is well. Not part of readiness, because usage is still taken in, and a
 * gateway gets its first token only after its tenant was created.
 */
@Wellness
@ApplicationScoped
class GatewayHealth implements HealthCheck {
    private final GatewayConfig config;
    private final ServiceTokens tokens;
    private final ConfiguredUpstreams upstreams;

    GatewayHealth(GatewayConfig config, ServiceTokens tokens, ConfiguredUpstreams upstreams) {
        this.config = config;
        this.tokens = tokens;
        this.upstreams = upstreams;
    }

    @Override
    public HealthCheckResponse call() {
        var check = HealthCheckResponse.named("gateway");
        if (config.tenant().isEmpty()) {
            return check.up().withData("sells", "nothing").build();
        }
        var now = Instant.now();
        var doors = upstreams.all().doors();
        doors.forEach(door -> check.withData(
                "upstream " + door.upstream().name(),
                door.closedFor(now).isZero() ? door.upstream().url().toString() : "away"));
        var some = doors.stream().anyMatch(door -> door.closedFor(now).isZero());
        return check.status(tokens.current().isPresent() && some).build();
    }
}
