package io.tallystick.benchmarks.executable;

import io.tallystick.benchmarks.ingest.CpuClock;
import io.tallystick.benchmarks.ingest.Servers;
import io.tallystick.devstack.chain.Anvil;
import io.tallystick.devstack.chain.Anvil.Mining;
import io.tallystick.devstack.chain.Contracts;
import io.tallystick.devstack.installation.AccessTokens;
import io.tallystick.devstack.installation.Ed25519Key;
import io.tallystick.devstack.installation.Keys;
import io.tallystick.devstack.installation.Programs;
import io.tallystick.devstack.installation.Registration;
import io.tallystick.devstack.installation.Service;
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
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** PostgreSQL, a broker and a chain on free ports, and each service whenever it is asked for, in either variant. */
final class Surroundings {

    /** The workbench's setting, for an early start; a server has the JVM's default. */
    private static final String WORKBENCH = "-XX:TieredStopAtLevel=1";

    /** All load comes from one address, which is not what identity-service has its limit for. */
    private static final Map<String, String> UNLIMITED = Map.of(
            "TALLYSTICK_IDENTITY_TOKEN_REQUESTS_PER_SECOND", "100000",
            "TALLYSTICK_IDENTITY_TOKEN_BURST", "100000",
            "TALLYSTICK_IDENTITY_TOKEN_REQUESTS_PER_SECOND_AND_DID", "100000",
            "TALLYSTICK_IDENTITY_TOKEN_REQUESTS_PER_SECOND_AND_TENANT", "100000");

    private final Checkout checkout = Checkout.here();
    private final RunFolder folder;
    private final Running running;
    private final Settings settings = Settings.of(Map.of(Settings.PORTS, "free"));
    private final Reaper reaper;
    private final Keys keys;
    private final Ed25519Key provider;
    private final Servers servers;
    private final InstantSource clock;
    private final Map<Variant, Programs> programs = new EnumMap<>(Variant.class);

    Surroundings(RunFolder folder, Running running, Progress progress, InstantSource clock) throws Exception {
        this.folder = folder;
        this.running = running;
        this.clock = clock;
        this.reaper = running.start(Reaper::start);
        this.keys = Keys.generate(folder.folder("keys"), new SecureRandom());
        this.provider = Keys.ed25519(folder.folder("keys").resolve("provider.key"), new SecureRandom());
        this.servers = new Servers(folder, settings, running, reaper, progress);
        for (var variant : Variant.values()) {
            var own = new Settings(settings.ports(), variant == Variant.NATIVE, "", 1, Optional.empty(), false);
            programs.put(variant, new Programs(checkout, folder, own, keys));
        }
    }

    /** Starts what is no service of ours. */
    void start() throws Exception {
        servers.start(List.of("identity", "metering", "billing"));
        var logs = folder.folder("logs");
        var anvil = running.start(
                () -> Anvil.start(checkout, logs, "anvil", settings.port(Server.CHAIN), Mining.EACH_SECOND, reaper));
        Contracts.place(checkout, anvil.url(), logs.resolve("contracts.log"));
        anvil.fuel(keys.settlement().address());
    }

    /** Registers the tenant, its gateway and its owner. identity-service runs. */
    void register() throws IOException, InterruptedException {
        var registration = new Registration(url(Service.IDENTITY), keys.operator(), clock);
        registration.register(Programs.TENANT, keys.gateway());
        registration.register(Programs.TENANT, provider, "provider", "owner");
    }

    /**
     * Starts a service and does not wait for it.
     *
     * @param own settings beside those of the installation
     */
    Instance start(Service service, Variant variant, Map<String, String> own) throws Exception {
        var program = program(service, variant, own);
        return running.start(() -> Instance.start(program, settings.port(service.management()), reaper));
    }

    private Program program(Service service, Variant variant, Map<String, String> own) throws IOException {
        var those = programs.get(variant);
        var program =
                switch (service) {
                    case IDENTITY -> those.identity();
                    case METERING -> those.metering();
                    case BILLING -> those.billing();
                };
        var command = program.command().stream()
                .filter(argument -> !argument.equals(WORKBENCH))
                .toList();
        var environment = new HashMap<>(program.environment());
        environment.putAll(own);
        if (service == Service.IDENTITY) {
            environment.putAll(UNLIMITED);
        }
        return new Program(program.name(), command, environment, program.log(), program.health());
    }

    /** The JVM's and the executable's own arguments, without files: what a figure depends on. */
    String arguments(Service service, Variant variant) throws IOException {
        return String.join(
                " ",
                program(service, variant, Map.of()).command().stream()
                        .filter(argument -> argument.startsWith("-X"))
                        .toList());
    }

    /** A program that talks to the services, in a process of its own that ends with us. */
    PaidCalls paidCalls() throws Exception {
        var command = List.of(
                "node",
                checkout.root().resolve("acceptance/paid-calls.mjs").toString(),
                "--identity",
                url(Service.IDENTITY),
                "--billing",
                url(Service.BILLING),
                "--chain",
                "http://127.0.0.1:" + settings.port(Server.CHAIN),
                "--tenant",
                Programs.TENANT,
                "--gateway-key",
                keys.gateway().file().toString(),
                "--owner-key",
                provider.file().toString());
        return running.start(
                () -> PaidCalls.start(command, folder.folder("logs").resolve("paid-calls.log"), reaper));
    }

    AccessTokens providersTokens() {
        return new AccessTokens(url(Service.IDENTITY), provider, clock);
    }

    /** Of this process and all that it started, the services too. */
    List<CpuClock> clocks() {
        return List.of(CpuClock.ofTree(ProcessHandle.current()), CpuClock.ofTree(servers.postgres()));
    }

    /** CPU time that all clocks show. */
    static Duration read(List<CpuClock> clocks) {
        return clocks.stream().map(CpuClock::read).reduce(Duration.ZERO, Duration::plus);
    }

    int port(Service service) {
        return settings.port(service.server());
    }

    private String url(Service service) {
        return "http://127.0.0.1:" + port(service);
    }

    Checkout checkout() {
        return checkout;
    }
}
