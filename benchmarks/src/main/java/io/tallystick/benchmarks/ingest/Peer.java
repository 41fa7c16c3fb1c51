package io.tallystick.benchmarks.ingest;

import io.tallystick.benchmarks.ingest.Span.Part;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Kafka's own load, {@code kafka-producer-perf-test}: what the broker takes from one producer that has nothing else to
 * do. With the settings of metering-service's producer, which are better at this than the tool's own.
 */
final class Peer {

    private static final String TOOL = "org.apache.kafka.tools.ProducerPerformance";
    private static final String TOPIC = "benchmark.peer.";
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final Duration LOOK = Duration.ofMillis(50);

    private static final List<String> PRODUCER =
            List.of("acks=all", "linger.ms=2", "batch.size=262144", "buffer.memory=134217728");

    private static final Pattern TOTAL = Pattern.compile("(\\d+) records sent, ([\\d.,]+) records/sec \\(.*");

    private final Installation installation;
    private final long records;
    private int runs;

    Peer(Installation installation, long records) {
        this.installation = installation;
        this.records = records;
    }

    /**
     * Runs it once, on a new topic with as many partitions as the usage log has. The topic stays as long as the broker:
     * the disk would be busy with its end when the next span is measured.
     */
    Span run(String title, Map<Part, CpuClock> clocks) throws Exception {
        try (var topics = installation.topics()) {
            runs++;
            topics.create(TOPIC + runs, topics.partitions(Topics.USAGE));
            var tool = installation.kafkaTool(TOOL, arguments(TOPIC + runs));
            var measured = new EnumMap<>(clocks);
            measured.put(Part.GENERATOR, CpuClock.of(tool.toHandle()));
            var watch = Stopwatch.start(measured);
            var output = CompletableFuture.supplyAsync(() -> read(tool));
            try {
                await(tool, watch);
            } finally {
                tool.destroyForcibly();
            }
            var text = output.join();
            var rate = rate(text, records).orElseThrow(() -> new IOException(TOOL + " said:\n" + text));
            return watch.stop(title, records, Duration.ofNanos(Math.round(records * 1e9 / rate)));
        }
    }

    private List<String> arguments(String topic) {
        var arguments = new ArrayList<>(List.of(
                "--topic",
                topic,
                "--num-records",
                Long.toString(records),
                "--record-size",
                Integer.toString(Events.BYTES),
                "--throughput",
                "-1",
                "--producer-props",
                "bootstrap.servers=" + installation.bootstrapServers()));
        arguments.addAll(PRODUCER);
        return arguments;
    }

    /** Its CPU time is known only while it lives. */
    private static void await(Process tool, Stopwatch watch) throws IOException, InterruptedException {
        long end = System.nanoTime() + LONGEST.toNanos();
        while (!tool.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
            watch.look();
            if (System.nanoTime() > end) {
                throw new IOException(TOOL + " took longer than " + LONGEST.toSeconds() + " s");
            }
        }
    }

    private static String read(Process tool) {
        try (var reader = tool.inputReader()) {
            return String.join("\n", reader.lines().toList());
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Records per second, of all that were sent; the tool's other lines are about a part of them. */
    static Optional<Double> rate(String output, long records) {
        return output.lines()
                .map(TOTAL::matcher)
                .filter(line -> line.matches() && Long.parseLong(line.group(1)) == records)
                .map(line -> Double.valueOf(line.group(2).replace(",", ".")))
                .reduce((_, last) -> last);
    }

    static String settings() {
        return String.join(" ", PRODUCER);
    }
}
