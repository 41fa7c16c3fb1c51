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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/** The whole installation on this machine. Started once; closed by closing {@code running}. */
public final class Stack {

    private static final List<String> DATABASES = List.of("identity", "metering", "billing");

    private final Checkout checkout;
    private final RunFolder folder;
    private final Settings settings;
    private final Progress progress;
    private final Running running;
    private final Reaper reaper;
    private final Keys keys;
    private final Programs programs;
    private final Map<String, ServiceProcess> services = new LinkedHashMap<>();

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

    /** Starts all, waits until all are ready, registers the first tenant and writes {@code stack.json}. */
    public void start(InstantSource clock) throws Exception {
        // Fails before anything runs when a service is not built.
        var identity = programs.identity();
        var others = List.of(programs.metering(), programs.billing());

        together(List.of(this::postgres, this::kafka, this::chain, () -> launch(programs.model())));
        launch(identity);
        together(others.stream()
                .map(program -> (Callable<Object>) () -> launch(program))
                .toList());
        new Registration(programs.url(IDENTITY), keys.operator(), clock).register(Programs.TENANT, keys.gateway());
        progress.say("tenant " + Programs.TENANT + " registered, its gateway may ask for payments");
        writeFile();
    }

    private Object postgres() throws Exception {
        var binaries = folder.path().resolveSibling("cache").resolve("postgres");
        var data = folder.folder("data").resolve("postgres");
        var log = folder.folder("logs").resolve("postgres.log");
        var server = running.start(
                () -> PostgresServer.start(binaries, data, log, settings.port(POSTGRES), Durability.DISK, reaper));
        for (var database : DATABASES) {
            server.createDatabase(database);
        }
        progress.say("PostgreSQL ready");
        return server;
    }

    private Object kafka() throws Exception {
        var data = folder.folder("data").resolve("kafka");
        var broker =
                running.start(() -> KafkaBroker.start(data, settings.port(KAFKA), settings.port(KAFKA_CONTROLLER)));
        progress.say("Kafka ready");
        return broker;
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

    private ServiceProcess launch(Program program) throws Exception {
        var service = running.start(
                () -> ServiceProcess.start(program, reaper, progress, running::isClosed, this::rewriteFile));
        synchronized (services) {
            services.put(program.name(), service);
        }
        service.awaitReady();
        return service;
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

    private void writeFile() throws IOException {
        synchronized (services) {
            folder.write(StackFile.NAME, StackFile.text(folder, settings, keys, programs, services));
        }
    }

    private void rewriteFile() {
        try {
            writeFile();
        } catch (IOException e) {
            progress.say("cannot write " + StackFile.NAME + ": " + e.getMessage());
        }
    }
}
