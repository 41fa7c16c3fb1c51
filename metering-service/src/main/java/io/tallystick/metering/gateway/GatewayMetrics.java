package io.tallystick.metering.gateway;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.metering.gateway.call.Answer.Outcome;
import io.tallystick.metering.gateway.call.CallSlots;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Locale;

/** What an operator sees of the gateway. No label takes its values from a request. */
@ApplicationScoped
class GatewayMetrics {
    private final MeterRegistry registry;

    GatewayMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void watch(CallSlots slots, ServiceTokens tokens) {
        registry.gauge("tallystick.gateway.calls.open", slots, CallSlots::taken);
        registry.gauge("tallystick.gateway.access.token.left.seconds", tokens, ServiceTokens::secondsLeft);
    }

    void answered(String route, Outcome outcome, long nanos) {
        registry.timer(
                        "tallystick.gateway.calls",
                        "route",
                        route,
                        "outcome",
                        outcome.name().toLowerCase(Locale.ROOT))
                .record(Duration.ofNanos(nanos));
    }
}
