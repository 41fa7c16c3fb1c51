package io.tallystick.benchmarks.ingest;

import io.tallystick.benchmarks.ingest.Span.Part;
import io.tallystick.devstack.installation.AccessTokens;
import io.tallystick.devstack.installation.Ed25519Key;
import io.tallystick.devstack.installation.Keys;
import io.tallystick.devstack.installation.Programs;
import io.tallystick.devstack.installation.Registration;
import io.tallystick.devstack.installation.ServiceProcess;
import io.tallystick.devstack.installation.ServiceProcess.Program;
import io.tallystick.devstack.installation.Settings;
import io.tallystick.devstack.installation.Settings.Server;
import io.tallystick.devstack.process.Checkout;
import io.tallystick.devstack.process.Progress;
import io.tallystick.devstack.process.Reaper;
import io.tallystick.devstack.process.RunFolder;
import io.tallystick.devstack.process.Running;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What usage passes through, each in processes of its own, on free ports: PostgreSQL, a broker, identity-service, and
 * metering-service whenever it is asked for. Closed by closing {@code running}.
 */
final class Installation {

    private static final String TENANT = Programs.TENANT;
    /** The last of two that contradict each other holds: the workbench compiles for an early start. */
    static final List<String> METERING_JVM = List.of("-Xms512m", "-Xmx512m", "-XX:TieredStopAtLevel=4");

    /** A folder: metering-service is then profiled, and leaves a recording for each of its processes. */
    private static final String RECORDINGS = "TALLYSTICK_RECORDINGS";

    private final Checkout checkout = Checkout.here();
    private final Running running;
    private final Progress progress;
    private final Settings settings = Settings.of(Map.of(Settings.PORTS, "free"));
    private final Reaper reaper;
    private final Keys keys;
    private final Ed25519Key provider;
    private final Programs programs;
    private final Servers servers;

    private Installation(RunFolder folder, Running running, Progress progress) throws Exception {
        this.running = running;
        this.progress = progress;
        this.reaper = running.start(Reaper::start);
        this.keys = Keys.generate(folder.folder("keys"), new SecureRandom());
        this.provider = Keys.ed25519(folder.folder("keys").resolve("provider.key"), new SecureRandom());
        this.programs = new Programs(checkout, folder, settings, keys);
        this.servers = new Servers(folder, settings, running, reaper, progress);
    }

    /** Starts all but metering-service and registers a tenant with an owner. */
    static Installation start(RunFolder folder, Running running, Progress progress, InstantSource clock)
            throws Exception {
        var installation = new Installation(folder, running, progress);
        installation.servers.start(List.of("identity", "metering"));
        installation.launch(installation.programs.identity()).awaitReady();
        installation.register(clock);
        return installation;
    }

    private void register(InstantSource clock) throws IOException, InterruptedException {
        var registration = new Registration(identityUrl(), keys.operator(), clock);
        registration.register(TENANT, keys.gateway());
        registration.register(TENANT, provider, "provider", "owner");
    }

    /**
     * Starts metering-service; does not wait until it is ready.
     *
     * @param own settings beside those of the installation
     */
    ServiceProcess metering(Map<String, String> own) throws Exception {
        var program = programs.metering();
        var command = new ArrayList<>(program.command());
        command.addAll(command.indexOf("-jar"), METERING_JVM);
        Optional.ofNullable(System.getenv(RECORDINGS))
                .ifPresent(into -> command.add(
                        command.indexOf("-jar"),
                        "-XX:StartFlightRecording=settings=profile,filename=" + into + "/metering-%p.jfr"));
        var environment = new HashMap<>(program.environment());
        environment.putAll(own);
        return launch(new Program(program.name(), command, environment, program.log(), program.health()));
    }

    private ServiceProcess launch(Program program) throws Exception {
        return running.start(() -> ServiceProcess.start(program, reaper, progress, running::isClosed, () -> {}));
    }

    Process kafkaTool(String name, List<String> arguments) throws Exception {
        var command = new ArrayList<>(List.of(Servers.java(), "--sun-misc-unsafe-memory-access=allow", "-Xmx512m"));
        command.addAll(List.of("-cp", Servers.classPath(), name));
        command.addAll(arguments);
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        reaper.watch(process.pid());
        return process;
    }

    /** What each part has taken of the CPU so far; this process makes the load. */
    Map<Part, CpuClock> clocks(ServiceProcess metering) {
        return Map.of(
                Part.METERING, CpuClock.of(ProcessHandle.of(metering.pid()).orElseThrow()),
                Part.BROKER, CpuClock.of(servers.broker()),
                Part.POSTGRES, CpuClock.ofTree(servers.postgres()),
                Part.GENERATOR, CpuClock.of(ProcessHandle.current()));
    }

    Topics topics() {
        return servers.topics();
    }

    AccessTokens providersTokens(InstantSource clock) {
        return new AccessTokens(identityUrl(), provider, clock);
    }

    String bootstrapServers() {
        return servers.bootstrapServers();
    }

    int meteringPort() {
        return settings.port(Server.METERING);
    }

    int postgresPort() {
        return settings.port(Server.POSTGRES);
    }

    private String identityUrl() {
        return programs.url(Server.IDENTITY);
    }
}
