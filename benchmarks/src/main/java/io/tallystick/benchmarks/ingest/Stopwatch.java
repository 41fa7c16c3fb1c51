package io.tallystick.benchmarks.ingest;

import io.tallystick.benchmarks.ingest.Span.Part;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** Takes the CPU time of all parts at the beginning of a span and at its end. */
final class Stopwatch {

    private final Map<Part, CpuClock> clocks;
    private final Map<Part, Duration> before;
    private final double machineBefore = Machine.busySeconds();
    private final long start = System.nanoTime();

    private Stopwatch(Map<Part, CpuClock> clocks) {
        this.clocks = clocks;
        this.before = read(clocks);
    }

    static Stopwatch start(Map<Part, CpuClock> clocks) {
        return new Stopwatch(clocks);
    }

    /** Reads the clocks between start and stop, for the sake of children that end meanwhile. */
    void look() {
        read(clocks);
    }

    Span stop(String title, long events) {
        return stop(title, events, Duration.ofNanos(System.nanoTime() - start));
    }

    /** @param time of the events, if they took less than from start to now */
    Span stop(String title, long events, Duration time) {
        var cpu = read(clocks);
        cpu.replaceAll((part, after) -> after.minus(before.get(part)));
        double wall = (System.nanoTime() - start) / 1e9;
        double ours = cpu.values().stream().mapToLong(Duration::toNanos).sum() / 1e9;
        var others = (Machine.busySeconds() - machineBefore - ours) / wall;
        // Clocks tick in hundredths: a quiet machine can come out a little below zero.
        return new Span(title, events, time, cpu, Math.max(0, others));
    }

    private static Map<Part, Duration> read(Map<Part, CpuClock> clocks) {
        var times = new EnumMap<Part, Duration>(Part.class);
        clocks.forEach((part, clock) -> times.put(part, clock.read()));
        return times;
    }
}
