package io.tallystick.metering.gateway.upstream;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** What an operator sees of each upstream. Their names are configured, so no label takes its values from a request. */
@ApplicationScoped
public class UpstreamMetrics {
    private static final String UPSTREAM = "upstream";

    private final MeterRegistry registry;

    UpstreamMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    public void watch(List<Door> doors) {
        for (var door : doors) {
            var name = door.upstream().name();
            registry.gauge(
                    "tallystick.gateway.upstream.breaker",
                    List.of(Tag.of(UPSTREAM, name)),
                    door,
                    one -> one.breakerState(Instant.now()));
            registry.gauge(
                    "tallystick.gateway.upstream.calls.open", List.of(Tag.of(UPSTREAM, name)), door, Door::calls);
        }
    }

    /** One try, which is a call that was let in, and how it ended. */
    void tried(String upstream, Door.Ending ending, long nanos) {
        registry.timer(
                        "tallystick.gateway.upstream.tries",
                        UPSTREAM,
                        upstream,
                        "outcome",
                        ending.name().toLowerCase(Locale.ROOT))
                .record(Duration.ofNanos(nanos));
    }

    /** A call that {@code upstream} did not take, and that went to another. */
    void passedOn(String upstream, String reason) {
        registry.counter("tallystick.gateway.upstream.passed.on", UPSTREAM, upstream, "reason", reason)
                .increment();
    }

    /** A call that no upstream let in. */
    void turnedAway() {
        registry.counter("tallystick.gateway.upstream.turned.away").increment();
    }
}
