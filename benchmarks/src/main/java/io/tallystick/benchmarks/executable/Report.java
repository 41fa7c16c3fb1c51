package io.tallystick.benchmarks.executable;

import io.tallystick.benchmarks.ingest.Machine;
import io.tallystick.devstack.installation.Service;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Says what was measured, in tables that stand in a Markdown page as they are. */
final class Report {

    /** What native executables are for: a start that nobody waits for, and many on one machine. */
    private static final double MOST_START_MILLIS = 120;

    private static final double MOST_IDLE_MEGABYTES = 100;
    private static final double MEGABYTE = 1e6;

    private final List<String> lines = new ArrayList<>();

    /** @param versions of what is measured, by name */
    void facts(Instant now, Map<String, String> versions) {
        lines.add("# Native executables beside the JVM, " + now);
        lines.add("");
        lines.add("| | |");
        lines.add("|---|---|");
        lines.add("| machine | " + Machine.cores() + " cores, " + Machine.cpu() + ", " + Machine.system() + " |");
        versions.forEach((name, value) -> lines.add("| " + name + " | " + value + " |"));
        lines.add("");
    }

    void starts(Measured<Start> starts) {
        lines.add("Start, in ms: median (least–most).");
        lines.add("");
        lines.add("| from the start of the process to | native | JVM | JVM by native |");
        lines.add("|---|--:|--:|--:|");
        for (var service : Service.values()) {
            row(service.title() + ", started", service, starts, start -> millis(start.answered()));
            row(service.title() + ", ready", service, starts, start -> millis(start.ready()));
        }
        lines.add("");
    }

    /**
     * Memory.
     *
     * @param idle some seconds after a service is ready
     * @param busy at the end of its load
     */
    void memory(Measured<Memory> idle, Measured<Memory> busy) {
        lines.add("Memory, in MB (10^6 bytes): median (least–most).");
        lines.add("");
        lines.add("| resident | native | JVM | JVM by native |");
        lines.add("|---|--:|--:|--:|");
        for (var service : Service.values()) {
            row(service.title() + ", idle", service, idle, memory -> memory.resident() / MEGABYTE);
            row("of that anonymous", service, idle, memory -> memory.anonymous() / MEGABYTE);
            row("of that from files", service, idle, memory -> memory.file() / MEGABYTE);
            row("most, under load", service, busy, memory -> memory.peak() / MEGABYTE);
            row("anonymous at its end", service, busy, memory -> memory.anonymous() / MEGABYTE);
        }
        lines.add("");
    }

    void work(Map<Service, String> operations, Measured<Work> work) {
        lines.add(
                "Work: median (least–most) of the rounds. `others`: cores that other programs of the machine kept busy.");
        lines.add("");
        lines.add("| | native | JVM | JVM by native | others, cores |");
        lines.add("|---|--:|--:|--:|--:|");
        operations.forEach((service, operation) -> {
            row(operation + ", a second", service, work, Work::perSecond, others(service, work));
            row("CPU of " + service.title() + " for one, µs", service, work, Work::cpuMicrosPerOperation, "");
        });
        lines.add("");
    }

    private static String others(Service service, Measured<Work> work) {
        return Stream.of(Variant.values())
                .flatMap(variant -> work.of(service, variant).stream())
                .map(Work::coresOfOthers)
                .max(Double::compare)
                .map(most -> String.format(Locale.ROOT, "%.2f", most))
                .orElse("");
    }

    /** @param bytes of the executable, and of the folder that a JVM runs; the JVM itself is not in it */
    void sizes(Map<Service, Map<Variant, Long>> bytes) {
        lines.add("Size, in MB.");
        lines.add("");
        lines.add("| | executable | jars, without a JVM |");
        lines.add("|---|--:|--:|");
        bytes.forEach((service, size) -> lines.add(String.format(
                Locale.ROOT,
                "| %s | %.1f | %.1f |",
                service.title(),
                size.get(Variant.NATIVE) / MEGABYTE,
                size.get(Variant.JVM) / MEGABYTE)));
        lines.add("");
    }

    void targets(Measured<Start> starts, Measured<Memory> idle) {
        lines.add("| target, native | " + titles() + " |");
        lines.add("|---|" + "---|".repeat(Service.values().length));
        lines.add(target(
                "ready in less than " + (int) MOST_START_MILLIS + " ms, median",
                service -> starts.spread(service, Variant.NATIVE, start -> millis(start.ready()))
                        .median(),
                MOST_START_MILLIS));
        lines.add(target(
                "idle in less than " + (int) MOST_IDLE_MEGABYTES + " MB, median",
                service -> idle.spread(service, Variant.NATIVE, memory -> memory.resident() / MEGABYTE)
                        .median(),
                MOST_IDLE_MEGABYTES));
        lines.add("");
    }

    private static String titles() {
        return Stream.of(Service.values()).map(Service::title).collect(Collectors.joining(" | "));
    }

    private static String target(String title, ToDoubleFunction<Service> figure, double most) {
        return Stream.of(Service.values())
                .map(service -> figure.applyAsDouble(service) < most ? "met" : "missed")
                .collect(Collectors.joining(" | ", "| " + title + " | ", " |"));
    }

    private <T> void row(
            String title, Service service, Measured<T> measured, ToDoubleFunction<T> figure, String... more) {
        var executable = measured.spread(service, Variant.NATIVE, figure);
        var jvm = measured.spread(service, Variant.JVM, figure);
        var rest = more.length == 0 ? "" : " " + more[0] + " |";
        lines.add(String.format(
                Locale.ROOT,
                "| %s | %s | %s | %.2f |%s",
                title,
                executable.text(),
                jvm.text(),
                jvm.median() / executable.median(),
                rest));
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    String text() {
        return String.join("\n", lines) + "\n";
    }
}
