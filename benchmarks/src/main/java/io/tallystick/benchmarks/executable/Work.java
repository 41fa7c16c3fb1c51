package io.tallystick.benchmarks.executable;

import java.time.Duration;

/**
 * What a service did in a measured span of time.
 *
 * @param operations at least one
 * @param cpu that the service took for them, on all cores
 * @param coresOfOthers how many cores programs beside the benchmark, or the machine's host, kept busy meanwhile
 */
record Work(long operations, Duration time, Duration cpu, double coresOfOthers) {

    private static final double NANOS_PER_MICRO = 1_000;
    private static final double NANOS_PER_SECOND = 1_000_000_000;

    Work {
        if (operations < 1 || time.isZero() || time.isNegative()) {
            throw new IllegalArgumentException(operations + " operations in " + time + " are no measurement");
        }
    }

    double perSecond() {
        return operations * NANOS_PER_SECOND / time.toNanos();
    }

    double cpuMicrosPerOperation() {
        return cpu.toNanos() / NANOS_PER_MICRO / operations;
    }
}
