package io.tallystick.benchmarks.ingest;

import io.tallystick.benchmarks.ingest.Load.Outcome;
import io.tallystick.benchmarks.ingest.Load.Plan;
import io.tallystick.devstack.installation.ServiceProcess;
import io.tallystick.devstack.process.Progress;
import io.tallystick.devstack.process.RunFolder;
import io.tallystick.devstack.process.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.apache.kafka.common.utils.AppInfoParser;

/**
 * Kafka's own producer, then ours behind HTTP, then the backlog that this left, counted into PostgreSQL; and whether
 * every event that was acknowledged is there, once.
 */
public final class IngestBenchmark {

    /** A tenth of everything: shows that the benchmark works, not how fast the service is. */
    private static final String QUICK = "quick";

    private static final int QUICK_PARTS = 10;
    private static final long PEER_RECORDS = 3_000_000;
    /** Until the code that matters is compiled: so many requests of each kind, if they take no longer. */
    private static final long WARM_UP_REQUESTS = 30_000;

    private static final long WARM_UP_EVENTS = 300_000;
    private static final Duration WARM_UP = Duration.ofSeconds(45);
    private static final Duration VISIBLE = Duration.ofSeconds(30);
    private static final int VISIBLE_BATCH = 100;
    /** So that two runs send the same events. */
    private static final long SEED = 1;

    /** metering-service takes events in and counts none, so that the one is measured without the other. */
    private static final Map<String, String> TAKE_IN_ONLY = Map.of("TALLYSTICK_USAGE_CONSUMERS", "0");

    private static final List<Kind> KINDS = List.of(
            new Kind("1 event a request", 1, new Plan(128, 2, Duration.ofSeconds(10), 400_000)),
            new Kind("10 events a request", 10, new Plan(64, 2, Duration.ofSeconds(10), 1_000_000)),
            new Kind("100 events a request", 100, new Plan(32, 2, Duration.ofSeconds(10), 1_000_000)));

    private final InstantSource clock = InstantSource.system();
    private final Progress progress;
    private final Installation installation;
    /** Everything is done one in so many times. */
    private final int parts;

    private long acknowledged;
    private long tokens;
    private long refused;

    private record Kind(String title, int batch, Plan plan) {

        Plan plan(int parts) {
            return new Plan(
                    plan.connections(), plan.ahead(), plan.longest().dividedBy(parts), plan.mostEvents() / parts);
        }

        Plan warmUp(int parts) {
            var events = Math.min(WARM_UP_EVENTS, WARM_UP_REQUESTS * batch);
            return new Plan(plan.connections(), plan.ahead(), WARM_UP.dividedBy(parts), events / parts);
        }
    }

    private IngestBenchmark(RunFolder folder, Running running, Progress progress, int parts) throws Exception {
        this.progress = progress;
        this.parts = parts;
        this.installation = Installation.start(folder, running, progress, clock);
    }

    /** @param arguments the folder to run in, the file for the results, and {@code quick} or nothing */
    public static void main(String[] arguments) throws Exception {
        var options = List.of(arguments).subList(2, arguments.length);
        if (!List.of(List.of(), List.of(QUICK)).contains(options)) {
            throw new IllegalArgumentException(QUICK + " or nothing expected: " + options);
        }
        Logger.getLogger("").setLevel(Level.WARNING);
        var progress = new Progress(System.out, InstantSource.system());
        var running = new Running();
        var folder = RunFolder.claim(Path.of(arguments[0]), progress)
                .orElseThrow(() -> new IllegalStateException("a benchmark runs already in " + arguments[0]));
        running.start(() -> folder);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(running, progress), "stop"));
        boolean exact = false;
        try {
            exact = new IngestBenchmark(folder, running, progress, options.isEmpty() ? 1 : QUICK_PARTS)
                    .run(Path.of(arguments[1]));
        } catch (Exception e) {
            // Who is told to stop did not fail.
            if (!running.isClosed()) {
                progress.say("failed: " + e);
                progress.say("logs are in " + folder.path().resolve("logs"));
            }
        }
        System.exit(exact ? 0 : 1);
    }

    private static void stop(Running running, Progress progress) {
        progress.say("stopping");
        running.close();
        progress.say("stopped");
    }

    /** Whether the totals are right. */
    private boolean run(Path results) throws Exception {
        var report = new Report();
        var peers = new ArrayList<Span>();
        var loads = new ArrayList<Span>();
        takeIn(peers, loads);
        try (var counted = new Counted(installation.postgresPort());
                var topics = installation.topics()) {
            report.facts(clock.instant(), versions(counted.settings()));
            report.ingest(peers, loads);
            report.besidePeer(loads.getLast(), peers);
            progress.say("counting the backlog of " + acknowledged + " events");
            var metering = installation.metering(Map.of());
            var drained = new Drain(counted, installation.clocks(metering), acknowledged).watch();
            report.drain(drained, peers);
            visible(report, metering, counted, Math.round(drained.getFirst().eventsPerSecond() / 2));
            metering.close();
            long inLog = topics.records(Topics.USAGE);
            var totals = counted.totals();
            report.totals(refused, acknowledged, tokens, inLog, totals);
            boolean exact = refused == 0 && inLog == acknowledged && totals.exactly(acknowledged, tokens);
            write(report, results);
            progress.say(
                    exact
                            ? "every acknowledged event is counted, once"
                            : "WRONG: what was acknowledged is not what was counted");
            return exact;
        }
    }

    /** How soon an event is in the totals while half of what can be counted comes in. */
    private void visible(Report report, ServiceProcess metering, Counted counted, long eventsPerSecond)
            throws Exception {
        metering.awaitReady();
        progress.say("until an event is visible, at " + eventsPerSecond + " events/s");
        var plan = new Plan(16, 1, VISIBLE.dividedBy(parts), Long.MAX_VALUE, eventsPerSecond);
        // Compiled, and with connections open, as it would be after a minute.
        load(VISIBLE_BATCH, new Plan(16, 1, VISIBLE.dividedBy(4L * parts), Long.MAX_VALUE, eventsPerSecond));
        var token = installation.providersTokens(clock).token("metering-service", "usage:write");
        var probes = new Probes(
                installation.meteringPort(),
                token,
                counted,
                "probe-" + HexFormat.of().toHexDigits(new SecureRandom().nextInt()));
        var watch = Stopwatch.start(installation.clocks(metering));
        var load = CompletableFuture.supplyAsync(() -> {
            try {
                return load(VISIBLE_BATCH, plan);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        });
        var seen = probes.alongside(load);
        var outcome = load.join();
        report.visible(watch.stop("at half that rate", outcome.events(), outcome.time()), seen);
        acknowledged += seen.times().size();
        tokens += seen.times().size();
    }

    private void write(Report report, Path results) throws IOException {
        System.out.println();
        System.out.println(report.text());
        Files.createDirectories(results.getParent());
        Files.writeString(results, report.text());
        progress.say("also in " + results);
    }

    private void takeIn(List<Span> peers, List<Span> loads) throws Exception {
        var metering = installation.metering(TAKE_IN_ONLY);
        metering.awaitReady();
        Meter.create(installation.meteringPort(), installation.providersTokens(clock));
        var clocks = installation.clocks(metering);
        var peer = new Peer(installation, PEER_RECORDS / parts);
        for (var kind : KINDS) {
            load(kind.batch, kind.warmUp(parts));
        }
        progress.say("warm");
        peers.add(said(peer.run("kafka-producer-perf-test, before", clocks)));
        for (var kind : KINDS) {
            var watch = Stopwatch.start(clocks);
            var outcome = load(kind.batch, kind.plan(parts));
            loads.add(said(watch.stop(kind.title, outcome.events(), outcome.time())));
            peers.add(said(peer.run("kafka-producer-perf-test, after " + kind.title, clocks)));
        }
        metering.close();
    }

    private Span said(Span span) {
        progress.say(String.format("%s: %,.0f events/s", span.title(), span.eventsPerSecond()));
        return span;
    }

    private Outcome load(int batch, Plan plan) throws IOException, InterruptedException {
        var token = installation.providersTokens(clock).token("metering-service", "usage:write");
        var head = List.of(
                "POST /v1/events HTTP/1.1",
                "host: 127.0.0.1:" + installation.meteringPort(),
                "authorization: Bearer " + token);
        var run = HexFormat.of().toHexDigits(new SecureRandom().nextInt());
        var events = new Events(run, head, batch, clock.instant(), new Random(SEED));
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), installation.meteringPort());
        var outcome = new Load(address, events, plan).run();
        acknowledged += outcome.events();
        tokens += outcome.tokens();
        refused += outcome.refused();
        if (outcome.refused() > 0) {
            throw new IOException("an answer that is not 202: " + outcome.firstRefusal());
        }
        return outcome;
    }

    private Map<String, String> versions(Map<String, String> postgres) {
        var versions = new LinkedHashMap<String, String>();
        versions.put("JDK", System.getProperty("java.vendor") + " " + Runtime.version());
        versions.put("Kafka", AppInfoParser.getVersion() + ", 1 broker, 1 copy, acks=all, flushed by the system");
        versions.put("peer's producer", Peer.settings());
        versions.put(
                "PostgreSQL",
                postgres.entrySet().stream()
                        .map(setting -> setting.getKey() + "=" + setting.getValue())
                        .collect(Collectors.joining(" ")));
        versions.put("metering-service", String.join(" ", Installation.METERING_JVM) + own());
        versions.put("length", parts == 1 ? "whole" : QUICK + ": no figure to keep");
        versions.put("event", Events.BYTES + " bytes, " + Events.SUBJECTS + " subjects, one meter by model");
        return versions;
    }

    /** Settings that whoever started us wants to be measured. */
    private static String own() {
        return System.getenv().entrySet().stream()
                .filter(variable -> variable.getKey().startsWith("TALLYSTICK_USAGE_"))
                .map(variable -> " " + variable.getKey() + "=" + variable.getValue())
                .sorted()
                .collect(Collectors.joining());
    }
}
