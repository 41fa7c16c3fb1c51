package io.tallystick.benchmarks.ingest;

import io.tallystick.devstack.installation.Settings;
import io.tallystick.devstack.installation.Settings.Server;
import io.tallystick.devstack.process.ChildProcess;
import io.tallystick.devstack.process.Ports;
import io.tallystick.devstack.process.Progress;
import io.tallystick.devstack.process.Reaper;
import io.tallystick.devstack.process.RunFolder;
import io.tallystick.devstack.process.Running;
import io.tallystick.devstack.server.BrokerProgram;
import io.tallystick.devstack.server.PostgresServer;
import io.tallystick.devstack.server.PostgresServer.Durability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** PostgreSQL and a broker, each in processes of its own, so that their CPU time is told apart. */
public final class Servers {

    private static final Duration BROKER_READY = Duration.ofMinutes(2);

    /** As Kafka's own start script has them. */
    private static final List<String> BROKER_JVM = List.of("-Xms1g", "-Xmx1g", "-XX:+UseG1GC");

    private final RunFolder folder;
    private final Settings settings;
    private final Running running;
    private final Reaper reaper;
    private final Progress progress;
    private ProcessHandle broker = ProcessHandle.current();
    private ProcessHandle postgres = ProcessHandle.current();

    public Servers(RunFolder folder, Settings settings, Running running, Reaper reaper, Progress progress) {
        this.folder = folder;
        this.settings = settings;
        this.running = running;
        this.reaper = reaper;
        this.progress = progress;
    }

    /** Starts both and waits until they answer. */
    public void start(List<String> databases) throws Exception {
        startPostgres(databases);
        startBroker();
    }

    private void startPostgres(List<String> databases) throws Exception {
        var binaries = folder.path().resolveSibling("cache").resolve("postgres");
        var data = folder.folder("data").resolve("postgres");
        var log = folder.folder("logs").resolve("postgres.log");
        var server = running.start(() ->
                PostgresServer.start(binaries, data, log, settings.port(Server.POSTGRES), Durability.DISK, reaper));
        for (var database : databases) {
            server.createDatabase(database);
        }
        var pid = Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip();
        postgres = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
        progress.say("PostgreSQL ready");
    }

    private void startBroker() throws Exception {
        var command = new ArrayList<>(List.of(java(), "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(BROKER_JVM);
        command.addAll(BrokerProgram.arguments(
                classPath(),
                folder.folder("data").resolve("kafka"),
                settings.port(Server.KAFKA),
                settings.port(Server.KAFKA_CONTROLLER),
                Ports.free()));
        var log = folder.folder("logs").resolve("kafka.log");
        var process = running.start(() -> ChildProcess.start("the broker", command, Map.of(), log, reaper));
        broker = ProcessHandle.of(process.pid()).orElseThrow();
        try (var topics = topics()) {
            topics.awaitBroker(BROKER_READY, process::requireAlive);
        }
        progress.say("Kafka ready");
    }

    public ProcessHandle broker() {
        return broker;
    }

    /** The first of its processes. */
    public ProcessHandle postgres() {
        return postgres;
    }

    Topics topics() {
        return new Topics(bootstrapServers());
    }

    String bootstrapServers() {
        return "127.0.0.1:" + settings.port(Server.KAFKA);
    }

    /** Ours: what runs here runs there. */
    static String classPath() {
        return System.getProperty("java.class.path");
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
