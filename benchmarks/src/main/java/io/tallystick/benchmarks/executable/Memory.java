package io.tallystick.benchmarks.executable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process has in memory, in bytes.
 *
 * @param resident all of it
 * @param anonymous of that, what is this process' own: heap, stacks, data that was written to
 * @param file of that, pages of files: the executable, the JDK's and other libraries. The kernel shares them between
 *     processes and drops them when it needs room
 * @param peak the most that was resident since the process was started
 */
record Memory(long resident, long anonymous, long file, long peak) {

    private static final long KIBIBYTE = 1_024;

    static Memory of(long pid) throws IOException {
        return parse(Files.readAllLines(Path.of("/proc/" + pid + "/status")));
    }

    /** @param status the lines of {@code /proc/<pid>/status} */
    static Memory parse(List<String> status) {
        return new Memory(
                bytes(status, "VmRSS:"), bytes(status, "RssAnon:"), bytes(status, "RssFile:"), bytes(status, "VmHWM:"));
    }

    private static long bytes(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip().split(" +"))
                .mapToLong(words -> Long.parseLong(words[0]) * KIBIBYTE)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no line " + name));
    }
}
