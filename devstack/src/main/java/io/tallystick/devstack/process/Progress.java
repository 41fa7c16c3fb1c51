package io.tallystick.devstack.process;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;

/** What the terminal shows: one line for each thing that happened, with the seconds since the start. */
public final class Progress {

    private final PrintStream out;
    private final InstantSource clock;
    private final Instant start;

    public Progress(PrintStream out, InstantSource clock) {
        this.out = out;
        this.clock = clock;
        this.start = clock.instant();
    }

    public void say(String line) {
        var seconds = Duration.between(start, clock.instant()).toMillis() / 1000.0;
        out.println(String.format(Locale.ROOT, "[%6.1f s] %s", seconds, line));
        out.flush();
    }
}
