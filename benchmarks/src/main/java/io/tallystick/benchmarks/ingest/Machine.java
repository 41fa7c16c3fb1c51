package io.tallystick.benchmarks.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a figure depends on beside the code. */
public final class Machine {

    private static final Path CPUS = Path.of("/proc/cpuinfo");
    private static final Path TIMES = Path.of("/proc/stat");
    private static final double TICKS_PER_SECOND = 100;
    /** Columns of the first line of {@code /proc/stat}: user, nice, system, irq, softirq, steal; not idle, not waiting. */
    private static final List<Integer> BUSY = List.of(1, 2, 3, 6, 7, 8);

    private Machine() {}

    public static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    public static String cpu() {
        try (var lines = Files.exists(CPUS) ? Files.lines(CPUS) : Stream.<String>empty()) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException _) {
            return System.getProperty("os.arch");
        }
    }

    public static String system() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version");
    }

    /** CPU time of all programs since the machine started, and what its host took away; NaN where nobody says. */
    public static double busySeconds() {
        try (var lines = Files.exists(TIMES) ? Files.lines(TIMES) : Stream.<String>empty()) {
            return lines.filter(line -> line.startsWith("cpu "))
                    .findFirst()
                    .map(line -> line.split(" +"))
                    .map(columns -> BUSY.stream()
                                    .mapToLong(column -> Long.parseLong(columns[column]))
                                    .sum()
                            / TICKS_PER_SECOND)
                    .orElse(Double.NaN);
        } catch (IOException _) {
            return Double.NaN;
        }
    }
}
