package io.tallystick.acceptance;

import io.tallystick.devstack.Launcher;
import io.tallystick.devstack.installation.Settings;
import io.tallystick.devstack.process.Checkout;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Everything that {@code ./tallystick up} starts, from the packaged services or their native executables, on free ports
 * and in a folder of its own: it never meets a stack that somebody uses.
 */
final class Installation implements AutoCloseable {

    private static final Checkout CHECKOUT = Checkout.here();
    private static final Duration START = Duration.ofMinutes(6);
    private static final Duration STOP = Duration.ofMinutes(2);
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final String READY = "the stack is up";

    private final Process launcher;
    private final Path folder;
    private final Path log;

    private Installation(Process launcher, Path folder, Path log) {
        this.launcher = launcher;
        this.folder = folder;
        this.log = log;
    }

    /** Waits until all is ready. What an earlier run left under this name is ended first. */
    static Installation start(String name) throws IOException, InterruptedException {
        return start(name, Map.of());
    }

    /** As {@link #start(String)}, with more in the stack's environment. */
    static Installation start(String name, Map<String, String> environment) throws IOException, InterruptedException {
        requirePackages();
        var target = Files.createDirectories(CHECKOUT.root().resolve("acceptance/target/installations"));
        var folder = target.resolve(name);
        var log = target.resolve(name + ".log");
        launch("down", folder, log, environment).waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS);
        var installation = new Installation(launch("up", folder, log, environment), folder, log);
        // For a run that is interrupted before it can close this.
        Runtime.getRuntime().addShutdownHook(new Thread(installation.launcher::destroy, "end-" + name));
        try {
            installation.awaitReady();
        } catch (IOException | InterruptedException e) {
            installation.close();
            throw e;
        }
        return installation;
    }

    /** Whether the services run as native executables, not on a JVM. */
    static boolean runsExecutables() {
        return Settings.of(System.getenv()).executables();
    }

    private static void requirePackages() {
        for (var part : List.of("acceptance", "contracts")) {
            if (!Files.isDirectory(CHECKOUT.root().resolve(part).resolve("node_modules"))) {
                throw new IllegalStateException(
                        "the npm packages of " + part + "/ are not installed: ./tallystick test installs them");
            }
        }
    }

    /** Where {@link HaltAgent} is told to end billing-service; nothing is ended while there is no such file. */
    Path haltFile() {
        return haltFile(folder);
    }

    private static Path haltFile(Path folder) {
        return folder.resolveSibling(folder.getFileName() + ".halt");
    }

    private static Process launch(String command, Path folder, Path log, Map<String, String> environment)
            throws IOException {
        var agent = folder.resolveSibling("halt-agent.jar");
        HaltAgent.pack(agent);
        Files.deleteIfExists(haltFile(folder));
        Files.deleteIfExists(Path.of(haltFile(folder) + ".hit"));
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        CHECKOUT.classPath(),
                        Launcher.class.getName(),
                        command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(log.toFile()));
        // Nothing of a stack that somebody uses; only whether the services run as native executables.
        builder.environment()
                .keySet()
                .removeIf(variable -> variable.startsWith("TALLYSTICK_") && !variable.equals(Settings.NATIVE));
        builder.environment().put("TALLYSTICK_PORTS", "free");
        builder.environment().put("TALLYSTICK_RUN", folder.toString());
        // Every process of the stack loads it, and finds something to change in billing-service only.
        builder.environment().put("JAVA_TOOL_OPTIONS", "-javaagent:" + agent + "=" + haltFile(folder));
        builder.environment().putAll(environment);
        return builder.start();
    }

    private void awaitReady() throws IOException, InterruptedException {
        var end = System.nanoTime() + START.toNanos();
        while (!Files.readString(log).contains(READY)) {
            if (!launcher.isAlive() || System.nanoTime() > end) {
                throw new IOException("the stack did not start:\n" + Files.readString(log));
            }
            Thread.sleep(LOOK);
        }
    }

    /** What {@code ./tallystick up} writes for programs. */
    Path stackFile() {
        return folder.resolve("stack.json");
    }

    /**
     * Ends the stack.
     *
     * @throws IllegalStateException if a process of it is left; it is killed
     */
    @Override
    public void close() {
        var all = launcher.descendants().toList();
        end(launcher);
        var left = Stream.concat(all.stream(), ProcessHandle.allProcesses().filter(this::isOurs))
                .distinct()
                .filter(ProcessHandle::isAlive)
                .toList();
        left.forEach(ProcessHandle::destroyForcibly);
        if (!left.isEmpty()) {
            throw new IllegalStateException("the stack left processes: "
                    + left.stream()
                            .map(process -> process.pid() + " " + process.info())
                            .toList());
        }
    }

    private static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private boolean isOurs(ProcessHandle process) {
        return process.info().arguments().stream()
                .flatMap(Stream::of)
                .anyMatch(argument -> argument.contains(folder + "/"));
    }
}
