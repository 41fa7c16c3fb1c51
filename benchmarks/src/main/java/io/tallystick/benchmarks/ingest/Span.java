package io.tallystick.benchmarks.ingest;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;

/**
 * What was done in a measured span of time, and the CPU time that each part of the stack took for it.
 *
 * @param events at least one
 * @param cpu of each part
 * @param coresOfOthers how many cores other programs of the machine, or its host, kept busy meanwhile; NaN if unknown
 */
record Span(String title, long events, Duration time, Map<Part, Duration> cpu, double coresOfOthers) {

    /** A program, or several, whose CPU time is told apart from the others'. */
    enum Part {
        METERING,
        BROKER,
        POSTGRES,
        /** Who makes the load: ours, or Kafka's tool. */
        GENERATOR
    }

    private static final double NANOS_PER_MICRO = 1_000;
    private static final double NANOS_PER_SECOND = 1_000_000_000;

    Span {
        requireNonNull(title, "title");
        cpu = Map.copyOf(cpu);
        if (!cpu.keySet().containsAll(EnumSet.allOf(Part.class))) {
            throw new IllegalArgumentException(title + ": CPU time of " + cpu.keySet() + " only");
        }
        if (events < 1 || time.isZero() || time.isNegative()) {
            throw new IllegalArgumentException(title + ": " + events + " events in " + time + " are no measurement");
        }
    }

    double eventsPerSecond() {
        return events * NANOS_PER_SECOND / time.toNanos();
    }

    /** This rate in percent of another's. */
    double percentOf(Span peer) {
        return 100 * eventsPerSecond() / peer.eventsPerSecond();
    }

    /** CPU time of one event in microseconds, over all cores. */
    double cpuMicrosPerEvent(Part part) {
        return cpu.get(part).toNanos() / NANOS_PER_MICRO / events;
    }
}
