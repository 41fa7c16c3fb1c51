package io.tallystick.devstack;

import io.tallystick.devstack.process.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.UUID;

/**
 * PostgreSQL, Kafka and, for who asks for it, a local chain: in a process of their own, shared by all tests of a JVM
 * and gone with it. Knows the JDK only, so that a test's class path stays free of the broker's jars.
 *
 * <p>{@link #join} starts the process unless the system property {@value #PROPERTY} or the environment variable
 * {@value #VARIABLE} names the file of one that runs. Nothing here has a fixed port.
 */
public final class TestStack {

    /** File of a running stack. Set by the first {@link #join} too, for this class in another class loader. */
    public static final String PROPERTY = "tallystick.stack";

    public static final String VARIABLE = "TALLYSTICK_STACK";

    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration ANSWER = Duration.ofSeconds(90);
    private static final int LOG_LINES = 40;

    private final Properties addresses;
    private final HttpClient http = HttpClient.newHttpClient();

    private TestStack(Properties addresses) {
        this.addresses = addresses;
    }

    /** The running stack, or a new one that ends with this JVM. Waits until it is ready, at most two minutes. */
    public static synchronized TestStack join() {
        var file = System.getProperty(PROPERTY, System.getenv(VARIABLE));
        if (file == null) {
            file = fork().toString();
            System.setProperty(PROPERTY, file);
        }
        return new TestStack(read(Path.of(file)));
    }

    public String postgresJdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + address("postgres.port") + "/" + database;
    }

    /** As {@code quarkus.datasource.reactive.url} wants it. */
    public String postgresReactiveUrl(String database) {
        return "postgresql://127.0.0.1:" + address("postgres.port") + "/" + database;
    }

    public String user() {
        return address("postgres.user");
    }

    public String password() {
        return address("postgres.password");
    }

    public String bootstrapServers() {
        return address("kafka.bootstrap.servers");
    }

    /**
     * JSON-RPC of the stack's chain with the contracts placed on it. Started when first asked for and shared by all
     * tests of the stack.
     *
     * @throws IllegalStateException when anvil is not installed; the message says how to install it
     */
    public String rpcUrl() {
        return ask("/chain");
    }

    /** JSON-RPC of a chain that nobody else sees: for tests that move its time or roll its blocks back. */
    public String freshChain() {
        return ask("/chains");
    }

    /** Creates an empty database and answers its name. */
    public String createDatabase() {
        return ask("/databases");
    }

    /** A prefix for topics that no other test uses. */
    public String topicsPrefix() {
        return "t" + UUID.randomUUID().toString().substring(0, 8) + ".";
    }

    private String address(String key) {
        var value = addresses.getProperty(key);
        if (value == null) {
            throw new IllegalStateException("the stack's file lacks " + key);
        }
        return value;
    }

    private String ask(String path) {
        var request = HttpRequest.newBuilder(URI.create(address("control") + path))
                .timeout(ANSWER)
                .POST(BodyPublishers.noBody())
                .build();
        try {
            var answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(answer.body());
            }
            return answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException("the stack does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking the stack", e);
        }
    }

    private static Path fork() {
        try {
            var checkout = Checkout.here();
            var folder = Files.createDirectories(checkout.target()
                    .resolve("stacks")
                    .resolve(UUID.randomUUID().toString()));
            var log = folder.resolve("launcher.log");
            var process = new ProcessBuilder(command(checkout, folder))
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.to(log.toFile()))
                    .start();
            // The process ends itself when this JVM is gone and its input with it; so it ends a little sooner.
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "end-test-stack"));
            var file = folder.resolve(TestLauncher.FILE);
            await(file, process, log);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> command(Checkout checkout, Path folder) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                checkout.classPath(),
                TestLauncher.class.getName(),
                folder.toString());
    }

    private static void await(Path file, Process process, Path log) throws IOException {
        var end = System.nanoTime() + START.toNanos();
        while (!Files.exists(file)) {
            if (!process.isAlive() || System.nanoTime() > end) {
                process.destroyForcibly();
                throw new IllegalStateException("the test stack did not start:\n" + lastLines(log));
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the test stack starts", e);
            }
        }
    }

    private static String lastLines(Path log) throws IOException {
        var lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    private static Properties read(Path file) {
        var addresses = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            addresses.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException("no stack at " + file + " (" + PROPERTY + ", " + VARIABLE + ")", e);
        }
        return addresses;
    }
}
