package io.tallystick.benchmarks.ingest;

import io.tallystick.benchmarks.ingest.Counted.Totals;
import io.tallystick.benchmarks.ingest.Span.Part;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Says what was measured, in tables that stand in a Markdown page as they are. */
final class Report {

    private final List<String> lines = new ArrayList<>();

    /** @param versions of what is measured, by name */
    void facts(Instant now, Map<String, String> versions) {
        lines.add("# Ingest and counting, " + now);
        lines.add("");
        lines.add("| | |");
        lines.add("|---|---|");
        lines.add("| machine | " + Machine.cores() + " cores, " + Machine.cpu() + ", " + Machine.system() + " |");
        versions.forEach((name, value) -> lines.add("| " + name + " | " + value + " |"));
        lines.add("");
    }

    /** @param peers at least one; the fastest is what the others are compared with */
    void ingest(List<Span> peers, List<Span> loads) {
        var best = fastest(peers);
        lines.add("CPU in µs per event. `others`: cores that other programs of the machine kept busy.");
        lines.add("");
        lines.add("| taken in | events/s | of the peer | metering | broker | generator | others |");
        lines.add("|---|--:|--:|--:|--:|--:|--:|");
        peers.forEach(span -> lines.add(row(span, best, Part.BROKER, Part.GENERATOR)));
        loads.forEach(span -> lines.add(row(span, best, Part.METERING, Part.BROKER, Part.GENERATOR)));
        lines.add("");
    }

    void drain(List<Span> drains, List<Span> peers) {
        var best = fastest(peers);
        lines.add("| counted | events/s | of the peer | metering | broker | PostgreSQL | others |");
        lines.add("|---|--:|--:|--:|--:|--:|--:|");
        drains.forEach(span -> lines.add(row(span, best, Part.METERING, Part.BROKER, Part.POSTGRES)));
        lines.add("");
    }

    void visible(Span span, Probes.Seen seen) {
        lines.add("| sent to visible, while events come in | events/s | probes | median | p99 | worst | others |");
        lines.add("|---|--:|--:|--:|--:|--:|--:|");
        lines.add(String.format(
                Locale.ROOT,
                "| %s | %,.0f | %d | %d ms | %d ms | %d ms | %.2f |",
                span.title(),
                span.eventsPerSecond(),
                seen.times().size(),
                seen.quantile(0.5).toMillis(),
                seen.quantile(0.99).toMillis(),
                seen.quantile(1).toMillis(),
                span.coresOfOthers()));
        lines.add("");
    }

    /** CPU at 100 events a request beside Kafka's own producer: what the wire, the parser and the checks cost. */
    void besidePeer(Span load, List<Span> peers) {
        var least = peers.stream()
                .mapToDouble(span -> span.cpuMicrosPerEvent(Part.GENERATOR))
                .min()
                .orElseThrow();
        lines.add(String.format(
                Locale.ROOT,
                "CPU of metering-service at %s: %.2f times that of Kafka's own producer (%.2f and %.2f µs).",
                load.title(),
                load.cpuMicrosPerEvent(Part.METERING) / least,
                load.cpuMicrosPerEvent(Part.METERING),
                least));
        lines.add("");
    }

    void totals(long requestsRefused, long acknowledged, long tokens, long inLog, Totals totals) {
        lines.add("| totals | events | tokens |");
        lines.add("|---|--:|--:|");
        lines.add(total("acknowledged", acknowledged, String.format(Locale.ROOT, "%,d", tokens)));
        lines.add(total("in the log", inLog, ""));
        lines.add(total("counted", totals.events(), String.format(Locale.ROOT, "%,d", totals.tokens())));
        lines.add(total("ids among them", totals.ids(), ""));
        lines.add(total("dead letters", totals.deadLetters(), ""));
        lines.add(total("requests not answered by 202", requestsRefused, ""));
        lines.add("");
    }

    private static Span fastest(List<Span> spans) {
        return spans.stream()
                .max((one, other) -> Double.compare(one.eventsPerSecond(), other.eventsPerSecond()))
                .orElseThrow();
    }

    private static String total(String name, long events, String tokens) {
        return String.format(Locale.ROOT, "| %s | %,d | %s |", name, events, tokens);
    }

    private static String row(Span span, Span peer, Part... parts) {
        var cpu = List.of(parts).stream()
                .map(part -> String.format(Locale.ROOT, "%.2f", span.cpuMicrosPerEvent(part)))
                .collect(Collectors.joining(" | "));
        return String.format(
                Locale.ROOT,
                "| %s | %,.0f | %.1f %% | %s%s | %.2f |",
                span.title(),
                span.eventsPerSecond(),
                span.percentOf(peer),
                parts.length == 2 ? "| " : "",
                cpu,
                span.coresOfOthers());
    }

    String text() {
        return String.join("\n", lines) + "\n";
    }
}
