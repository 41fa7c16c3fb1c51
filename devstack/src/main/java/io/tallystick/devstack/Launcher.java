package io.tallystick.devstack;

import io.tallystick.devstack.installation.Service;
import io.tallystick.devstack.installation.Settings;
import io.tallystick.devstack.installation.Stack;
import io.tallystick.devstack.process.Checkout;
import io.tallystick.devstack.process.Orphans;
import io.tallystick.devstack.process.Progress;
import io.tallystick.devstack.process.RunFolder;
import io.tallystick.devstack.process.Running;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.FileHandler;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** {@code up} starts the stack and stays until it is told to end; {@code down} tells it, or clears up after it. */
public final class Launcher {

    /** Where a run lies, unless {@code TALLYSTICK_RUN} names another folder. */
    private static final String FOLDER = ".tallystick/run";

    private static final Duration STOP = Duration.ofMinutes(1);

    private final Checkout checkout = Checkout.here();
    private final Progress progress = new Progress(System.out, InstantSource.system());
    private final Running running = new Running();
    private final Path path;

    private Launcher(Path path) {
        this.path = path;
    }

    public static void main(String[] arguments) throws Exception {
        var environment = System.getenv();
        var path = Checkout.here().root().resolve(environment.getOrDefault("TALLYSTICK_RUN", FOLDER));
        var launcher = new Launcher(path.normalize());
        try {
            switch (arguments.length == 1 ? arguments[0] : "") {
                case "up" -> launcher.up(Settings.of(environment));
                case "down" -> launcher.down();
                default -> throw new IllegalArgumentException("up or down expected");
            }
        } catch (IOException | IllegalStateException | IllegalArgumentException e) {
            // Who is told to stop while starting did not fail.
            if (!launcher.running.isClosed()) {
                launcher.progress.say("failed: " + e.getMessage());
            }
            System.exit(1);
        }
    }

    private void up(Settings settings) throws Exception {
        var folder = RunFolder.claim(path, progress)
                .orElseThrow(() -> new IllegalStateException("a stack runs already: ./tallystick down ends it"));
        running.start(() -> folder);
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
        logTo(folder.folder("logs").resolve("launcher.log"));
        var taken = settings.taken();
        if (!taken.isEmpty()) {
            throw new IllegalStateException(String.join("\n", taken));
        }
        var stack = new Stack(checkout, folder, settings, progress, running);
        stack.start(InstantSource.system(), settings.replicas() > 1 ? Optional.of(control(stack)) : Optional.empty());
        stack.describe(System.out);
        // The script waits for this line.
        progress.say("the stack is up");
        // The shutdown hook ends it.
        Thread.currentThread().join();
    }

    /** Where roll-outs are asked for: {@code POST /rollouts/<service>}, or {@code /rollouts/<service>/previous}. */
    private String control(Stack stack) throws Exception {
        var answers = new HashMap<String, Callable<String>>();
        for (var service : Service.values()) {
            var path = "/rollouts/" + service.name().toLowerCase(Locale.ROOT);
            answers.put(path, () -> stack.roll(service, false));
            answers.put(path + "/previous", () -> stack.roll(service, true));
        }
        var control = running.start(() -> StackControl.start(answers));
        return "http://127.0.0.1:" + control.port();
    }

    /** What the broker in this process has to say; the terminal is for progress. */
    private static void logTo(Path file) throws IOException {
        var root = Logger.getLogger("");
        for (var console : root.getHandlers()) {
            root.removeHandler(console);
        }
        var handler = new FileHandler(file.toString());
        handler.setFormatter(new SimpleFormatter());
        root.addHandler(handler);
        root.setLevel(Level.WARNING);
    }

    private void stop() {
        progress.say("stopping");
        running.close();
        progress.say("stopped");
    }

    private void down() throws IOException, InterruptedException {
        var launcher = RunFolder.launcher(path);
        if (launcher.isPresent() && RunFolder.isHeld(path)) {
            progress.say("stopping the stack of process " + launcher.get().pid());
            launcher.get().destroy();
            if (!ended(launcher.get())) {
                progress.say("it does not end, killing it");
                launcher.get().destroyForcibly();
            }
        }
        Orphans.end(path, progress);
        progress.say("nothing runs");
    }

    private static boolean ended(ProcessHandle process) throws InterruptedException {
        var end = System.nanoTime() + STOP.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            Thread.sleep(100);
        }
        return !process.isAlive();
    }
}
