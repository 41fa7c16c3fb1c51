package io.tallystick.devstack.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.List;

/**
 * A shell that outlives the launcher by a few seconds and ends its processes if the launcher could not: after
 * {@code kill -9} or a crash. It notices by the end of its standard input.
 */
public final class Reaper implements AutoCloseable {

    /**
     * Reads one process id a line. {@code done} says that the launcher stopped them itself. First they are asked to
     * end; an interrupt makes PostgreSQL leave its clients, too; who is there after some seconds is killed. The
     * terminal's Ctrl-C is not for this shell: the launcher answers it.
     */
    private static final String SCRIPT = """
            trap '' INT TERM HUP
            pids=
            while read -r line; do
              [ "$line" = done ] && exit 0
              pids="$pids $line"
            done
            for signal in TERM INT INT INT INT KILL; do
              left=
              for pid in $pids; do
                kill -$signal "$pid" 2>/dev/null && left="$left $pid"
              done
              pids=$left
              [ -n "$pids" ] || exit 0
              sleep 1
            done
            """;

    static final List<String> COMMAND = List.of("sh", "-c", SCRIPT, "tallystick-reaper");

    private final Writer pids;

    private Reaper(Writer pids) {
        this.pids = pids;
    }

    public static Reaper start() throws IOException {
        var shell = new ProcessBuilder(COMMAND)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new Reaper(shell.outputWriter());
    }

    /** From now on the process does not outlive this JVM. */
    public synchronized void watch(long pid) {
        write(Long.toString(pid));
    }

    /** The processes are stopped; nothing is left to do. */
    @Override
    public synchronized void close() {
        write("done");
    }

    private void write(String line) {
        try {
            pids.write(line + "\n");
            pids.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the reaper is gone", e);
        }
    }
}
