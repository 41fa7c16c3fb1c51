package io.tallystick.devstack.process;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Processes of a stack whose launcher was killed before it could end them, and its reaper too. They are known by
 * their program and by the run's folder in their command line, so that no other process is ever taken for one.
 */
public final class Orphans {

    /** The services by their own names are native executables. */
    private static final Set<String> PROGRAMS =
            Set.of("java", "postgres", "anvil", "identity-service", "metering-service", "billing-service");

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Orphans() {}

    /** Ends all that are left of the run and waits until they are gone. */
    public static void end(Path folder, Progress progress) throws IOException {
        var orphans = of(folder);
        if (orphans.isEmpty()) {
            return;
        }
        progress.say("ending " + orphans.size() + " processes that an earlier run left");
        orphans.forEach(ProcessHandle::destroy);
        if (!gone(orphans, PATIENCE)) {
            orphans.forEach(ProcessHandle::destroyForcibly);
        }
        if (!gone(orphans, PATIENCE)) {
            throw new IOException("cannot end the processes of an earlier run: "
                    + orphans.stream()
                            .filter(ProcessHandle::isAlive)
                            .map(ProcessHandle::pid)
                            .toList());
        }
    }

    static List<ProcessHandle> of(Path folder) {
        var marker = folder.toAbsolutePath().normalize() + "/";
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> isOf(process.info(), marker))
                .toList();
    }

    private static boolean isOf(ProcessHandle.Info info, String marker) {
        var program =
                info.command().map(command -> Path.of(command).getFileName().toString());
        return program.filter(PROGRAMS::contains).isPresent()
                && Stream.of(info.arguments().orElse(new String[0])).anyMatch(argument -> argument.contains(marker));
    }

    private static boolean gone(List<ProcessHandle> processes, Duration patience) {
        var end = System.nanoTime() + patience.toNanos();
        while (processes.stream().anyMatch(ProcessHandle::isAlive)) {
            if (System.nanoTime() > end) {
                return false;
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }
}
