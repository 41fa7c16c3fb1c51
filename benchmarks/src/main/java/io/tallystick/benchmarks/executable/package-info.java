/**
 * The services as native executables beside the same services on a JVM: start, memory, and what an operation costs. Run
 * by {@code ./tallystick bench native}.
 */
package io.tallystick.benchmarks.executable;
