package io.tallystick.benchmarks.executable;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param starts of each service in each variant
 * @param rounds of idling and of load
 * @param idle from ready to the look at the memory
 * @param warmUp longest load that is not measured, until the JVM has compiled what matters
 * @param load longest measured load
 */
record Length(int starts, int rounds, Duration idle, Duration warmUp, Duration load) {

    static final Length WHOLE =
            new Length(10, 3, Duration.ofSeconds(10), Duration.ofSeconds(15), Duration.ofSeconds(15));

    /** Shows that the benchmark works, not how fast anything is. */
    static final Length QUICK = new Length(3, 1, Duration.ofSeconds(3), Duration.ofSeconds(3), Duration.ofSeconds(3));
}
