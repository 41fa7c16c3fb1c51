package io.tallystick.benchmarks.executable;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Duration;

/** Asks a running service for as much as it gives: a closed loop. */
interface Traffic {

    /** Makes ready what {@link #run} sends, so that it is no part of what is measured. */
    void prepare(Duration longest) throws IOException, InterruptedException;

    /** @throws IOException if the service does not do what it is asked for */
    Done run(Duration longest) throws IOException, InterruptedException;

    /**
     * What was done.
     *
     * @param time from the first request to the last answer
     */
    record Done(long operations, Duration time) {
        public Done {
            requireNonNull(time, "time");
        }
    }
}
