package io.tallystick.devstack.installation;

import io.tallystick.devstack.process.ChildProcess;
import io.tallystick.devstack.process.Progress;
import io.tallystick.devstack.process.Reaper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A program of the stack that is kept running: when it ends unasked it is started again, as a cluster would, some
 * times. So a test may kill it.
 */
public final class ServiceProcess implements AutoCloseable {

    private static final Duration READY = Duration.ofMinutes(3);
    private static final Duration ANSWER = Duration.ofSeconds(3);
    private static final int RESTARTS = 60;
    private static final long LOOK_MILLIS = 400;
    private static final int LOOKS_BETWEEN_LINES = 40;
    private static final String HEALTHY = "healthy";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Program program;
    private final Reaper reaper;
    private final Progress progress;
    private final BooleanSupplier stopping;
    private final Runnable changed;
    private ChildProcess process;
    private CompletableFuture<Void> restart = CompletableFuture.completedFuture(null);
    private int restarts;
    private OptionalInt lastExit = OptionalInt.empty();
    private boolean closed;

    /**
     * What is started.
     *
     * @param health answers 200 when the program is ready
     */
    public record Program(String name, List<String> command, Map<String, String> environment, Path log, URI health) {

        public Program {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
        }
    }

    private ServiceProcess(
            Program program, Reaper reaper, Progress progress, BooleanSupplier stopping, Runnable changed) {
        this.program = program;
        this.reaper = reaper;
        this.progress = progress;
        this.stopping = stopping;
        this.changed = changed;
    }

    /**
     * Starts the program; {@link #awaitReady} waits for it.
     *
     * @param stopping whether the stack ends, so that nothing is started again
     * @param changed told when it was started again under another process number
     */
    public static ServiceProcess start(
            Program program, Reaper reaper, Progress progress, BooleanSupplier stopping, Runnable changed)
            throws IOException {
        var service = new ServiceProcess(program, reaper, progress, stopping, changed);
        service.launch();
        return service;
    }

    private synchronized void launch() throws IOException {
        process = ChildProcess.start(program.name(), program.command(), program.environment(), program.log(), reaper);
        // A second later, for the news that the whole stack ends: Ctrl-C reaches all its processes at once.
        var later = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);
        restart = process.onExit().thenAcceptAsync(ended -> restart(ended.exitValue()), later);
    }

    private synchronized void restart(int exit) {
        if (closed || stopping.getAsBoolean()) {
            return;
        }
        if (restarts == RESTARTS) {
            progress.say(program.name() + " ended again and stays down; its log: " + program.log());
            return;
        }
        restarts++;
        lastExit = OptionalInt.of(exit);
        progress.say(program.name() + " ended and is started again; its log: " + program.log());
        try {
            launch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        changed.run();
    }

    /**
     * Waits until the program says that it is ready.
     *
     * @throws IOException if it ends or takes longer than three minutes; the message shows its last lines
     */
    public void awaitReady() throws IOException, InterruptedException {
        var start = System.nanoTime();
        for (int looks = 1; ; looks++) {
            var health = health();
            if (health.equals(HEALTHY)) {
                progress.say(program.name() + " ready");
                return;
            }
            current().requireAlive();
            if (System.nanoTime() - start > READY.toNanos()) {
                throw current().failure("was not ready after " + READY.toSeconds() + " s and said: " + health);
            }
            if (looks % LOOKS_BETWEEN_LINES == 0) {
                progress.say("still waiting for " + program.name());
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** {@value #HEALTHY}, or what the program answers or does not answer instead. */
    private String health() throws InterruptedException {
        var request = HttpRequest.newBuilder(program.health()).timeout(ANSWER).build();
        try {
            var answer = HTTP.send(request, BodyHandlers.ofString());
            return answer.statusCode() == 200 ? HEALTHY : answer.body();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private synchronized ChildProcess current() {
        return process;
    }

    public long pid() {
        return current().pid();
    }

    /** How the process before this one ended; empty while the first runs. */
    public synchronized OptionalInt lastExit() {
        return lastExit;
    }

    public Path log() {
        return program.log();
    }

    /**
     * Asks the program to end and waits until it has finished what it began.
     *
     * @throws IOException if that takes longer; it is killed then
     */
    public void end(Duration longest) throws IOException {
        leave();
        current().end(longest);
    }

    /** It is not started again any more. */
    private synchronized void leave() {
        closed = true;
        restart.cancel(false);
    }

    @Override
    public void close() {
        leave();
        current().close();
    }
}
