package io.tallystick.devstack;

import io.tallystick.devstack.chain.TestChains;
import io.tallystick.devstack.process.Checkout;
import io.tallystick.devstack.process.Folders;
import io.tallystick.devstack.process.Ports;
import io.tallystick.devstack.process.Reaper;
import io.tallystick.devstack.process.RunFolder;
import io.tallystick.devstack.process.Running;
import io.tallystick.devstack.server.KafkaBroker;
import io.tallystick.devstack.server.PostgresServer;
import io.tallystick.devstack.server.PostgresServer.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The process behind {@link TestStack}. Its one argument is its folder; it writes {@value #FILE} there when all is
 * ready, and ends when its standard input does: with the JVM that started it, however that ended.
 */
final class TestLauncher {

    static final String FILE = "stack.properties";

    private final Path folder;
    private final Running running = new Running();
    private final Reaper reaper;

    private TestLauncher(Path folder) throws Exception {
        this.folder = folder;
        this.reaper = running.start(Reaper::start);
    }

    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("").setLevel(Level.WARNING);
        var launcher = new TestLauncher(Path.of(arguments[0]).toAbsolutePath());
        Runtime.getRuntime().addShutdownHook(new Thread(launcher::stop, "stop"));
        Thread.ofPlatform().daemon().name("parent").start(TestLauncher::endWithInput);
        try {
            launcher.start();
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private void start() throws Exception {
        RunFolder.sign(folder);
        deleteFoldersOfKilledStacks();
        // A database takes no part in the broker's start and the other way round: both at once.
        try (var starters = Executors.newVirtualThreadPerTaskExecutor()) {
            var postgres = starters.submit(this::postgres);
            var kafka = starters.submit(this::kafka);
            publish(postgres.get(), kafka.get(), control(postgres.get()));
        }
    }

    private void deleteFoldersOfKilledStacks() throws IOException {
        try (var siblings = Files.newDirectoryStream(folder.getParent(), TestLauncher::isOfStack)) {
            for (var sibling : siblings) {
                if (RunFolder.launcher(sibling).isEmpty()) {
                    Folders.delete(sibling);
                }
            }
        }
    }

    /** One that is being made has no launcher's signature yet. */
    private static boolean isOfStack(Path folder) {
        return Files.exists(folder.resolve(RunFolder.LAUNCHER));
    }

    private PostgresServer postgres() throws Exception {
        // Unpacked once for all stacks of this build folder.
        var binaries = folder.resolveSibling("postgres");
        var log = folder.resolve("postgres.log");
        return running.start(() ->
                PostgresServer.start(binaries, folder.resolve("data"), log, Ports.free(), Durability.NONE, reaper));
    }

    private KafkaBroker kafka() throws Exception {
        return running.start(() -> KafkaBroker.start(folder.resolve("kafka"), Ports.free(), Ports.free()));
    }

    private StackControl control(PostgresServer postgres) throws Exception {
        Callable<String> database = () -> {
            var name = "t_" + UUID.randomUUID().toString().replace("-", "");
            postgres.createDatabase(name);
            return name;
        };
        var chains = running.start(() -> new TestChains(Checkout.here(), folder, reaper));
        return running.start(() ->
                StackControl.start(Map.of("/databases", database, "/chain", chains::shared, "/chains", chains::fresh)));
    }

    private void publish(PostgresServer postgres, KafkaBroker kafka, StackControl control) throws IOException {
        var addresses = new Properties();
        addresses.setProperty("postgres.port", Integer.toString(postgres.port()));
        addresses.setProperty("postgres.user", PostgresServer.USER);
        addresses.setProperty("postgres.password", PostgresServer.USER);
        addresses.setProperty("kafka.bootstrap.servers", "127.0.0.1:" + kafka.port());
        addresses.setProperty("control", "http://127.0.0.1:" + control.port());
        var draft = folder.resolve(FILE + ".draft");
        try (var writer = Files.newBufferedWriter(draft)) {
            addresses.store(writer, null);
        }
        Files.move(draft, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void endWithInput() {
        try {
            while (System.in.read() >= 0) {
                // Whatever is written there is not for us.
            }
        } catch (IOException _) {
            // As good as its end.
        }
        System.exit(0);
    }

    private void stop() {
        running.close();
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            System.err.println("could not delete " + folder + ": " + e);
        }
    }
}
