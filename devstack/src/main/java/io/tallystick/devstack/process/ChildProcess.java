package io.tallystick.devstack.process;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A process of the stack with a log file of its own. It ends with the stack, by the reaper if need be. */
public final class ChildProcess implements AutoCloseable {

    private static final Duration STOP = Duration.ofSeconds(20);
    private static final int LOG_LINES = 40;

    private final String name;
    private final Process process;
    private final Path log;

    private ChildProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a program.
     *
     * @param environment added to this process' own
     */
    public static ChildProcess start(
            String name, List<String> command, Map<String, String> environment, Path log, Reaper reaper)
            throws IOException {
        var builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        var process = builder.start();
        reaper.watch(process.pid());
        return new ChildProcess(name, process, log);
    }

    /**
     * Runs a program to its end.
     *
     * @throws IOException if it fails or takes longer; the message ends with its last lines
     */
    public static void run(String name, List<String> command, Path directory, Path log, Duration longest)
            throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .start();
        var child = new ChildProcess(name, process, log);
        if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw child.failure("took longer than " + longest.toSeconds() + " s");
        }
        if (process.exitValue() != 0) {
            throw child.failure("ended with " + process.exitValue());
        }
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public Path log() {
        return log;
    }

    /** Completes when the process has ended, however it did. */
    public CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    /** Does nothing while the process lives. */
    public void requireAlive() throws IOException {
        if (!process.isAlive()) {
            throw failure("ended with " + process.exitValue());
        }
    }

    /** An exception that shows the end of the log. */
    public IOException failure(String what) throws IOException {
        return new IOException(name + " " + what + "; the end of " + log + ":\n" + lastLines());
    }

    private String lastLines() throws IOException {
        var lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    /**
     * Asks the process to end and waits for it.
     *
     * @throws IOException if that takes longer; it is killed then
     */
    public void end(Duration longest) throws IOException {
        if (!ended(longest)) {
            throw failure("did not end within " + longest.toSeconds() + " s and was killed");
        }
    }

    /** Asks the process to end and kills it when it does not. */
    @Override
    public void close() {
        ended(STOP);
    }

    /** Whether the process ended without being killed. */
    private boolean ended(Duration longest) {
        process.destroy();
        try {
            if (process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                return true;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        return false;
    }
}
