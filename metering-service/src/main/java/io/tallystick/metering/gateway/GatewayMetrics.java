package io.tallystick.metering.gateway;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.metering.gateway.call.Answer.Outcome;
import io.tallystick.metering.gateway.call.CallSlots;
import io.tallystick.metering.gateway.openai.UsageSource;
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

    void watch(CallSlots slots, ServiceTokens tokens, Storefront storefront) {
        registry.gauge("tallystick.gateway.calls.open", slots, CallSlots::taken);
        registry.gauge("tallystick.gateway.streams.open", storefront, Storefront::openStreams);
        registry.gauge("tallystick.gateway.access.token.left.seconds", tokens, ServiceTokens::secondsLeft);
    }

    /** Who counted what calls used. */
    void used(UsageSource source) {
        registry.counter("tallystick.gateway.usage", "source", source.wireName())
                .increment();
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
