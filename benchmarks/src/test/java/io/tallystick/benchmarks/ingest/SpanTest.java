package io.tallystick.benchmarks.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.benchmarks.ingest.Span.Part;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SpanTest {

    static final Map<Part, Duration> CPU = Map.of(
            Part.METERING, Duration.ofMillis(1_500),
            Part.BROKER, Duration.ofMillis(500),
            Part.POSTGRES, Duration.ZERO,
            Part.GENERATOR, Duration.ofMillis(10));

    @Test
    void rateIsEventsByTime() {
        var span = new Span("load", 1_000_000, Duration.ofMillis(2_500), CPU, 0);

        assertThat(span.eventsPerSecond()).isEqualTo(400_000);
    }

    @Test
    void cpuIsMicrosecondsOfOneEvent() {
        var span = new Span("load", 1_000_000, Duration.ofMillis(2_500), CPU, 0);

        assertThat(span.cpuMicrosPerEvent(Part.METERING)).isEqualTo(1.5);
        assertThat(span.cpuMicrosPerEvent(Part.GENERATOR)).isEqualTo(0.01);
    }

    @Test
    void percentIsOfThePeersRateWhateverItsSize() {
        var peer = new Span("peer", 3_000_000, Duration.ofSeconds(5), CPU, 0);
        var load = new Span("load", 150_000, Duration.ofSeconds(1), CPU, 0);

        assertThat(load.percentOf(peer)).isEqualTo(25);
        assertThat(peer.percentOf(peer)).isEqualTo(100);
    }

    @Test
    void nothingMeasuredIsNoMeasurement() {
        assertThatThrownBy(() -> new Span("load", 0, Duration.ofSeconds(1), CPU, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Span("load", 1, Duration.ZERO, CPU, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyPartIsMeasured() {
        var without = new EnumMap<>(CPU);
        without.remove(Part.POSTGRES);

        assertThatThrownBy(() -> new Span("load", 1, Duration.ofSeconds(1), without, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
