package io.tallystick.benchmarks.executable;

import io.tallystick.benchmarks.ingest.Machine;
import io.tallystick.benchmarks.ingest.Meter;
import io.tallystick.devstack.installation.Service;
import io.tallystick.devstack.process.Progress;
import io.tallystick.devstack.process.RunFolder;
import io.tallystick.devstack.process.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Each service as an executable and on a JVM, by turns, with the same servers, settings and databases: first its starts,
 * then its memory when nobody asks it anything, then as much work as it can do.
 */
public final class NativeBenchmark {

    private static final String QUICK = "quick";

    /** metering-service takes events in and counts none, so that the one is measured without the other. */
    private static final Map<String, String> TAKE_IN_ONLY = Map.of("TALLYSTICK_USAGE_CONSUMERS", "0");

    private static final Map<Service, String> OPERATIONS = new EnumMap<>(Map.of(
            Service.IDENTITY, "access tokens",
            Service.METERING, "events, 100 a request",
            Service.BILLING, "paid calls, each authorized and captured"));

    private final InstantSource clock = InstantSource.system();
    private final Progress progress;
    private final Length length;
    private final Surroundings surroundings;
    private final Map<Service, Traffic> traffic = new EnumMap<>(Service.class);
    private final Measured<Start> starts = new Measured<>();
    private final Measured<Memory> idle = new Measured<>();
    private final Measured<Memory> busy = new Measured<>();
    private final Measured<Work> work = new Measured<>();

    private NativeBenchmark(RunFolder folder, Running running, Progress progress, Length length) throws Exception {
        this.progress = progress;
        this.length = length;
        this.surroundings = new Surroundings(folder, running, progress, clock);
    }

    /** @param arguments the folder to run in, the file for the results, what compiled the executables, {@code quick} or nothing */
    public static void main(String[] arguments) throws Exception {
        var options = List.of(arguments).subList(3, arguments.length);
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
        int exit = 1;
        try {
            new NativeBenchmark(folder, running, progress, options.isEmpty() ? Length.WHOLE : Length.QUICK)
                    .run(Path.of(arguments[1]), arguments[2]);
            exit = 0;
        } catch (Exception e) {
            // Who is told to stop did not fail.
            if (!running.isClosed()) {
                progress.say("failed: " + e);
                progress.say("logs are in " + folder.path().resolve("logs"));
            }
        }
        System.exit(exit);
    }

    private static void stop(Running running, Progress progress) {
        progress.say("stopping");
        running.close();
        progress.say("stopped");
    }

    private void run(Path results, String builder) throws Exception {
        surroundings.start();
        setUp();
        for (var service : Service.values()) {
            measureStarts(service);
        }
        // Before any load: what it leaves to be counted would keep the services busy.
        for (int round = 0; round < length.rounds(); round++) {
            for (var service : Service.values()) {
                measureIdle(service, turns(round));
            }
        }
        for (int round = 0; round < length.rounds(); round++) {
            for (var service : Service.values()) {
                measureWork(service, turns(round));
            }
        }
        write(results, builder);
    }

    /** Migrates the databases and makes the topics, as the first start of an installation does. */
    private void setUp() throws Exception {
        var calls = surroundings.paidCalls();
        traffic.put(Service.IDENTITY, new TokenTraffic(surroundings));
        traffic.put(Service.METERING, new EventTraffic(surroundings, clock));
        traffic.put(Service.BILLING, calls);
        try (var identity = surroundings.start(Service.IDENTITY, Variant.NATIVE, Map.of())) {
            identity.awaitReady();
            surroundings.register();
            try (var metering = surroundings.start(Service.METERING, Variant.NATIVE, Map.of());
                    var billing = surroundings.start(Service.BILLING, Variant.NATIVE, Map.of())) {
                metering.awaitReady();
                billing.awaitReady();
                Meter.create(surroundings.port(Service.METERING), surroundings.providersTokens());
                progress.say("opening channels");
                calls.open();
            }
        }
        progress.say("databases are migrated, a tenant is registered, channels are open");
    }

    /** Who goes first changes, so that neither always finds what the other left in the machine's caches. */
    private static List<Variant> turns(int round) {
        return round % 2 == 0 ? List.of(Variant.NATIVE, Variant.JVM) : List.of(Variant.JVM, Variant.NATIVE);
    }

    private void measureStarts(Service service) throws Exception {
        try (var _ = supported(service)) {
            for (int i = 0; i < length.starts(); i++) {
                for (var variant : turns(i)) {
                    try (var instance = surroundings.start(service, variant, Map.of())) {
                        starts.add(service, variant, instance.awaitReady());
                    }
                }
            }
        }
        for (var variant : Variant.values()) {
            var ready = starts.spread(service, variant, start -> start.ready().toNanos() / 1e6);
            progress.say(service.title() + ", " + variant.title() + ": ready in ms " + ready.text());
        }
    }

    private void measureIdle(Service service, List<Variant> variants) throws Exception {
        try (var _ = supported(service)) {
            for (var variant : variants) {
                try (var instance = surroundings.start(service, variant, Map.of())) {
                    instance.awaitReady();
                    Thread.sleep(length.idle());
                    idle.add(service, variant, instance.memory());
                }
            }
        }
    }

    private void measureWork(Service service, List<Variant> variants) throws Exception {
        try (var _ = supported(service)) {
            for (var variant : variants) {
                var own = service == Service.METERING ? TAKE_IN_ONLY : Map.<String, String>of();
                try (var instance = surroundings.start(service, variant, own)) {
                    instance.awaitReady();
                    var done = measured(instance, traffic.get(service));
                    work.add(service, variant, done);
                    busy.add(service, variant, instance.memory());
                    progress.say(String.format(
                            Locale.ROOT,
                            "%s, %s: %,.0f %s a second, %.1f µs of CPU for one",
                            service.title(),
                            variant.title(),
                            done.perSecond(),
                            OPERATIONS.get(service),
                            done.cpuMicrosPerOperation()));
                }
            }
        }
    }

    private Work measured(Instance instance, Traffic asked) throws Exception {
        asked.prepare(length.warmUp());
        asked.run(length.warmUp());
        asked.prepare(length.load());
        var all = surroundings.clocks();
        var own = instance.clock();
        var allBefore = Surroundings.read(all);
        var ownBefore = own.read();
        double machineBefore = Machine.busySeconds();
        long start = System.nanoTime();
        var done = asked.run(length.load());
        var cpu = own.read().minus(ownBefore);
        double ours = Surroundings.read(all).minus(allBefore).toNanos() / 1e9;
        double wall = (System.nanoTime() - start) / 1e9;
        // Clocks tick in hundredths: a quiet machine can come out a little below zero.
        double others = Math.max(0, (Machine.busySeconds() - machineBefore - ours) / wall);
        return new Work(done.operations(), done.time(), cpu, others);
    }

    /** The others do not become ready before identity-service tells them its keys; it is an executable each time. */
    private AutoCloseable supported(Service service) throws Exception {
        if (service == Service.IDENTITY) {
            return () -> {};
        }
        var identity = surroundings.start(Service.IDENTITY, Variant.NATIVE, Map.of());
        identity.awaitReady();
        return identity;
    }

    private void write(Path results, String builder) throws IOException {
        var report = new Report();
        report.facts(clock.instant(), versions(builder));
        report.starts(starts);
        report.memory(idle, busy);
        report.work(OPERATIONS, work);
        report.sizes(sizes());
        report.targets(starts, idle);
        System.out.println();
        System.out.println(report.text());
        Files.createDirectories(results.getParent());
        Files.writeString(results, report.text());
        progress.say("also in " + results);
    }

    private Map<String, String> versions(String builder) throws IOException {
        var versions = new LinkedHashMap<String, String>();
        versions.put("executables", builder + ", " + surroundings.arguments(Service.BILLING, Variant.NATIVE));
        versions.put(
                "JVM",
                System.getProperty("java.vendor") + " " + Runtime.version() + ", "
                        + surroundings.arguments(Service.BILLING, Variant.JVM));
        versions.put(
                "length",
                length.equals(Length.WHOLE)
                        ? length.starts() + " starts, " + length.rounds() + " rounds"
                        : QUICK + ": no figure to keep");
        return versions;
    }

    private Map<Service, Map<Variant, Long>> sizes() throws IOException {
        var sizes = new EnumMap<Service, Map<Variant, Long>>(Service.class);
        for (var service : Service.values()) {
            var target = surroundings.checkout().root().resolve(service.title()).resolve("target");
            sizes.put(
                    service,
                    Map.of(
                            Variant.NATIVE, Files.size(target.resolve("native").resolve(service.title())),
                            Variant.JVM, folderSize(target.resolve("quarkus-app"))));
        }
        return sizes;
    }

    private static long folderSize(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
