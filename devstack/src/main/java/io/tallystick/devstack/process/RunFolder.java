package io.tallystick.devstack.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The folder of one running stack. A lock beside it says whether its launcher lives: the operating system releases
 * it with the process, however that ends.
 */
public final class RunFolder implements AutoCloseable {

    /** Names the process that made the folder. */
    public static final String LAUNCHER = "launcher.pid";

    /** Clocks of the process table and of the JVM differ by the length of a tick. */
    private static final Duration TICK = Duration.ofSeconds(2);

    private final Path folder;
    private final FileChannel channel;

    private RunFolder(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Takes the folder for this process, ends what an earlier launcher left running there and empties it.
     *
     * @return empty if the launcher of a running stack holds the folder
     */
    public static Optional<RunFolder> claim(Path folder, Progress progress) throws IOException {
        var path = folder.toAbsolutePath().normalize();
        Files.createDirectories(path.getParent());
        var channel = FileChannel.open(lock(path), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            return Optional.empty();
        }
        Orphans.end(path, progress);
        Folders.delete(path);
        Files.createDirectories(path);
        var self = ProcessHandle.current();
        Files.writeString(
                path.resolve(LAUNCHER), self.pid() + " " + started(self).toEpochMilli() + "\n");
        return Optional.of(new RunFolder(path, channel));
    }

    /** Writes down that this process is the folder's launcher. */
    public static void sign(Path folder) throws IOException {
        var self = ProcessHandle.current();
        Files.writeString(
                folder.resolve(LAUNCHER), self.pid() + " " + started(self).toEpochMilli() + "\n");
    }

    /** The launcher that the folder names, if it still runs and is not another process with its number. */
    public static Optional<ProcessHandle> launcher(Path folder) throws IOException {
        var file = folder.resolve(LAUNCHER);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var words = Files.readString(file).strip().split(" ", -1);
        var start = Instant.ofEpochMilli(Long.parseLong(words[1]));
        return ProcessHandle.of(Long.parseLong(words[0]))
                .filter(ProcessHandle::isAlive)
                .filter(process ->
                        Duration.between(started(process), start).abs().compareTo(TICK) < 0);
    }

    private static Instant started(ProcessHandle process) {
        return process.info().startInstant().orElse(Instant.EPOCH);
    }

    private static Path lock(Path folder) {
        return folder.resolveSibling(folder.getFileName() + ".lock");
    }

    public Path path() {
        return folder;
    }

    /** A folder inside, made when first asked for. */
    public Path folder(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    /** Writes a file so that nobody ever sees a part of it. */
    public void write(String name, String text) throws IOException {
        var draft = Files.writeString(folder.resolve(name + ".draft"), text);
        Files.move(draft, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Deletes what is of no use without the processes; the logs stay. */
    @Override
    public void close() throws IOException {
        try (channel) {
            for (var name : new String[] {"stack.json", LAUNCHER}) {
                Files.deleteIfExists(folder.resolve(name));
            }
            for (var name : new String[] {"data", "keys", "tmp"}) {
                Folders.delete(folder.resolve(name));
            }
        }
    }

    /** Whether a launcher holds the folder now. */
    public static boolean isHeld(Path folder) throws IOException {
        var lock = lock(folder.toAbsolutePath().normalize());
        if (!Files.exists(lock)) {
            return false;
        }
        try (var channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                FileLock taken = channel.tryLock()) {
            return taken == null;
        }
    }
}
