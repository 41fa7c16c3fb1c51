package io.tallystick.benchmarks.executable;

import io.tallystick.devstack.process.Reaper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/**
 * Calls that are paid on channels, made by {@code acceptance/paid-calls.mjs} with npm's x402 packages: it is told what to
 * do line by line and answers each line when that is done.
 */
final class PaidCalls implements Traffic, AutoCloseable {

    private static final int CHANNELS = 24;
    /** Longest that an answer takes; opening the channels waits for the chain. */
    private static final Duration LONGEST = Duration.ofMinutes(3);

    private static final Pattern DONE = Pattern.compile("done ([0-9]+) calls in ([0-9]+) us");
    /** Vouchers are signed before the calls, for as many as the service may answer. */
    private static final int FIRST_CALLS_PER_SECOND = 400;

    private static final double SPARE = 1.5;

    private final Process process;
    private final BufferedReader answers;
    private final Writer commands;
    private final Path log;
    private double callsPerSecond = FIRST_CALLS_PER_SECOND;

    private PaidCalls(Process process, Path log) {
        this.process = process;
        this.answers = process.inputReader();
        this.commands = process.outputWriter();
        this.log = log;
    }

    static PaidCalls start(List<String> command, Path log, Reaper reaper) throws IOException {
        var process = new ProcessBuilder(command)
                .redirectError(Redirect.appendTo(log.toFile()))
                .start();
        reaper.watch(process.pid());
        return new PaidCalls(process, log);
    }

    /** Says what calls cost and opens the channels. identity-service and billing-service run. */
    void open() throws IOException {
        ask("open " + CHANNELS);
    }

    @Override
    public void prepare(Duration longest) throws IOException {
        ask("sign " + Math.round(callsPerSecond * SPARE * longest.toSeconds()));
    }

    @Override
    public Done run(Duration longest) throws IOException {
        var answer = ask("run " + longest.toSeconds());
        var done = DONE.matcher(answer);
        if (!done.matches()) {
            throw new IOException("paid-calls.mjs said " + answer + "; more is in " + log);
        }
        long calls = Long.parseLong(done.group(1));
        var time = Duration.of(Long.parseLong(done.group(2)), TimeUnit.MICROSECONDS.toChronoUnit());
        callsPerSecond = calls / (time.toNanos() / 1e9);
        return new Done(calls, time);
    }

    private String ask(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
        var late = new AtomicBoolean();
        var watch = Thread.ofVirtual().start(() -> end(late));
        var answer = answers.readLine();
        watch.interrupt();
        if (answer == null) {
            throw new IOException(
                    "paid-calls.mjs " + (late.get() ? "did not answer" : "ended") + " at " + command + "; see " + log);
        }
        return answer;
    }

    private void end(AtomicBoolean late) {
        try {
            Thread.sleep(LONGEST);
            late.set(true);
            process.destroyForcibly();
        } catch (InterruptedException _) {
            // It has answered.
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
