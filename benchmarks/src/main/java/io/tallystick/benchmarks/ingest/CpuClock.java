package io.tallystick.benchmarks.ingest;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * CPU time of a process, or of a process and all that it starts. A child that ends counts with what it had taken when
 * the clock was last read: where children come and go, read it often.
 */
public final class CpuClock {

    private final ProcessHandle root;
    private final boolean withChildren;
    private final Map<Long, Duration> seen = new HashMap<>();

    private CpuClock(ProcessHandle root, boolean withChildren) {
        this.root = root;
        this.withChildren = withChildren;
    }

    public static CpuClock of(ProcessHandle process) {
        return new CpuClock(process, false);
    }

    public static CpuClock ofTree(ProcessHandle root) {
        return new CpuClock(root, true);
    }

    /** Never falls. */
    public Duration read() {
        var all = withChildren ? Stream.concat(Stream.of(root), root.descendants()) : Stream.of(root);
        all.forEach(process -> process.info().totalCpuDuration().ifPresent(time -> seen.put(process.pid(), time)));
        return seen.values().stream().reduce(Duration.ZERO, Duration::plus);
    }
}
