package io.tallystick.benchmarks.ingest;

import io.tallystick.benchmarks.ingest.Span.Part;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Watches a backlog being counted. */
final class Drain {

    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration FIRST = Duration.ofMinutes(5);
    /** Longest without any progress. */
    private static final Duration STUCK = Duration.ofMinutes(1);

    private final Counted counted;
    private final Map<Part, CpuClock> clocks;
    private final long backlog;

    Drain(Counted counted, Map<Part, CpuClock> clocks, long backlog) {
        this.counted = counted;
        this.clocks = clocks;
        this.backlog = backlog;
    }

    /**
     * Waits from the first counted batch, which is not measured, to the last.
     *
     * @return all of it, and its second half
     * @throws IOException if nothing is counted for a minute
     */
    List<Span> watch() throws SQLException, IOException, InterruptedException {
        long first = beyond(0, FIRST, List.of());
        var all = Stopwatch.start(clocks);
        long middle = beyond(Math.max(first, backlog / 2), STUCK, List.of(all));
        var second = Stopwatch.start(clocks);
        beyond(backlog - 1, STUCK, List.of(all, second));
        var half = second.stop("second half of it", backlog - middle);
        return List.of(all.stop("backlog counted", backlog - first), half);
    }

    /** Waits until more than so many are counted, and answers how many are. */
    private long beyond(long least, Duration patience, List<Stopwatch> watches)
            throws SQLException, IOException, InterruptedException {
        long before = -1;
        long since = System.nanoTime();
        while (true) {
            long now = counted.position();
            if (now > least) {
                return now;
            }
            if (now > before) {
                before = now;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > patience.toNanos()) {
                throw new IOException("nothing was counted for " + patience.toSeconds() + " s, after " + now + " of "
                        + backlog + " events");
            }
            watches.forEach(Stopwatch::look);
            Thread.sleep(LOOK);
        }
    }
}
