package io.tallystick.devstack.installation;

import static io.tallystick.devstack.installation.Settings.Server.BILLING;
import static io.tallystick.devstack.installation.Settings.Server.CHAIN;
import static io.tallystick.devstack.installation.Settings.Server.IDENTITY;
import static io.tallystick.devstack.installation.Settings.Server.KAFKA;
import static io.tallystick.devstack.installation.Settings.Server.KAFKA_CONTROLLER;
import static io.tallystick.devstack.installation.Settings.Server.METERING;
import static io.tallystick.devstack.installation.Settings.Server.MODEL;
import static io.tallystick.devstack.installation.Settings.Server.POSTGRES;

import io.tallystick.devstack.chain.Anvil;
import io.tallystick.devstack.chain.Anvil.Mining;
import io.tallystick.devstack.chain.Contracts;
import io.tallystick.devstack.installation.ServiceProcess.Program;
import io.tallystick.devstack.process.Checkout;
import io.tallystick.devstack.process.Progress;
import io.tallystick.devstack.process.Reaper;
import io.tallystick.devstack.process.RunFolder;
import io.tallystick.devstack.process.Running;
import io.tallystick.devstack.server.KafkaBroker;
import io.tallystick.devstack.server.PostgresServer;
import io.tallystick.devstack.server.PostgresServer.Durability;
import java.io.IOException;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/** The whole installation on this machine. Started once; closed by closing {@code running}. */
public final class Stack {

    private final Checkout checkout;
    private final RunFolder folder;
    private final Settings settings;
    private final Progress progress;
    private final Running running;
    private final Reaper reaper;
    private final Keys keys;
    private final Programs programs;
    private final Map<Service, Replicas> balanced = new EnumMap<>(Service.class);
    private final Map<Service, List<Replica>> single = new EnumMap<>(Service.class);
    private ServiceProcess model;
    private Optional<ServiceProcess> broker = Optional.empty();
    private Optional<String> control = Optional.empty();
    private boolean complete;

    public Stack(Checkout checkout, RunFolder folder, Settings settings, Progress progress, Running running)
            throws Exception {
        this.checkout = checkout;
        this.folder = folder;
        this.settings = settings;
        this.progress = progress;
        this.running = running;
        this.reaper = running.start(Reaper::start);
        this.keys = Keys.generate(folder.folder("keys"), new SecureRandom());
        this.programs = new Programs(checkout, folder, settings, keys);
    }

    /**
     * Starts all, waits until all are ready, registers the first tenant and writes {@code stack.json}.
     *
     * @param control where {@link #roll} may be asked for, for the file
     */
    public void start(InstantSource clock, Optional<String> control) throws Exception {
        // Fails before anything runs when a service is not built.
        for (var service : Service.values()) {
            programs.requireBuilt(service, build());
        }
        together(List.of(this::postgres, this::kafka, this::chain, this::model));
        launch(Service.IDENTITY);
        together(List.of(() -> launch(Service.METERING), () -> launch(Service.BILLING)));
        new Registration(programs.url(IDENTITY), keys.operator(), clock).register(Programs.TENANT, keys.gateway());
        progress.say("tenant " + Programs.TENANT + " registered, its gateway may ask for payments");
        synchronized (this) {
            this.control = control;
            complete = true;
        }
        writeFile();
    }

    private Object postgres() throws Exception {
        var binaries = folder.path().resolveSibling("cache").resolve("postgres");
        var data = folder.folder("data").resolve("postgres");
        var log = folder.folder("logs").resolve("postgres.log");
        var server = running.start(
                () -> PostgresServer.start(binaries, data, log, settings.port(POSTGRES), Durability.DISK, reaper));
        for (var service : Service.values()) {
            server.createDatabase(service.database());
        }
        progress.say("PostgreSQL ready");
        return server;
    }

    private Object kafka() throws Exception {
        if (settings.brokerApart()) {
            var started = launch(programs.broker());
            synchronized (this) {
                broker = Optional.of(started);
            }
            started.awaitReady();
            return started;
        }
        var data = folder.folder("data").resolve("kafka");
        var started =
                running.start(() -> KafkaBroker.start(data, settings.port(KAFKA), settings.port(KAFKA_CONTROLLER)));
        progress.say("Kafka ready");
        return started;
    }

    private Object chain() throws Exception {
        var logs = folder.folder("logs");
        var anvil = running.start(
                () -> Anvil.start(checkout, logs, "anvil", settings.port(CHAIN), Mining.EACH_SECOND, reaper));
        Contracts.place(checkout, anvil.url(), logs.resolve("contracts.log"));
        anvil.fuel(keys.settlement().address());
        progress.say("chain ready, contracts placed");
        return anvil;
    }

    private Object model() throws Exception {
        var started = launch(programs.model());
        synchronized (this) {
            model = started;
        }
        started.awaitReady();
        return started;
    }

    /** From where the services start. */
    private Checkout build() {
        return settings.previous().map(Checkout::new).orElse(checkout);
    }

    private Object launch(Service service) throws Exception {
        if (settings.replicas() > 1) {
            var replicas = running.start(() -> Replicas.behind(
                    settings.port(service.server()), service, place -> start(programs.replica(service, place))));
            synchronized (this) {
                balanced.put(service, replicas);
            }
            replicas.fill(settings.replicas(), build());
            return replicas;
        }
        var process = launch(programs.of(service));
        synchronized (this) {
            single.put(
                    service,
                    List.of(new Replica(
                            process, settings.port(service.server()), settings.port(service.management()))));
        }
        process.awaitReady();
        return process;
    }

    private ServiceProcess launch(Program program) throws Exception {
        return running.start(() -> start(program));
    }

    private ServiceProcess start(Program program) throws IOException {
        return ServiceProcess.start(program, reaper, progress, running::isClosed, this::rewriteFile);
    }

    /**
     * Replaces the replicas of a service, one after the other.
     *
     * @param back to the version from which they started, not to this one
     * @throws IllegalStateException if there is one process of each service, or no such version
     */
    public String roll(Service service, boolean back) throws IOException, InterruptedException {
        var replicas = Optional.ofNullable(replicas().get(service))
                .orElseThrow(() -> new IllegalStateException("roll-outs need " + Settings.REPLICAS + " of 2 or more"));
        if (back && settings.previous().isEmpty()) {
            throw new IllegalStateException("no version to go back to: " + Settings.PREVIOUS + " names it");
        }
        progress.say("rolling out " + service.title() + (back ? ", the version before" : ""));
        replicas.roll(back ? build() : checkout);
        writeFile();
        progress.say(service.title() + " is rolled out");
        return service.title() + " is rolled out";
    }

    private synchronized Map<Service, Replicas> replicas() {
        return Map.copyOf(balanced);
    }

    /** Runs all at once and fails with the first failure, when all have ended. */
    private static void together(List<Callable<Object>> starts) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var started : threads.invokeAll(starts)) {
                started.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception failure ? failure : e;
        }
    }

    /** Where to go from here, for who looks at the terminal. */
    public void describe(PrintStream out) {
        out.println();
        out.println("  identity-service  " + programs.url(IDENTITY));
        out.println("  metering-service  " + programs.url(METERING) + "  (and the gateway: /v1/embeddings, ...)");
        out.println("  billing-service   " + programs.url(BILLING));
        out.println("  model server      " + programs.url(MODEL) + "/v1");
        out.println("  chain             " + programs.url(CHAIN) + "  (id " + Anvil.CHAIN_ID + ")");
        out.println("  PostgreSQL        127.0.0.1:" + settings.port(POSTGRES) + "  (user and password postgres)");
        out.println("  Kafka             127.0.0.1:" + settings.port(KAFKA));
        out.println("  logs              " + folder.path().resolve("logs"));
        out.println("  for programs      " + folder.path().resolve(StackFile.NAME));
        out.println();
        out.flush();
    }

    /** Nobody reads it before all is there. */
    private synchronized void writeFile() throws IOException {
        if (!complete) {
            return;
        }
        var services = new EnumMap<>(single);
        balanced.forEach((service, replicas) -> services.put(service, replicas.current()));
        folder.write(
                StackFile.NAME, StackFile.text(folder, settings, keys, programs, model, broker, services, control));
    }

    private void rewriteFile() {
        try {
            writeFile();
        } catch (IOException e) {
            progress.say("cannot write " + StackFile.NAME + ": " + e.getMessage());
        }
    }
}
