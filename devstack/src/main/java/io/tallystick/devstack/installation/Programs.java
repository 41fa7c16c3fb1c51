package io.tallystick.devstack.installation;

import static io.tallystick.devstack.installation.Settings.Server.BILLING;
import static io.tallystick.devstack.installation.Settings.Server.BILLING_MANAGEMENT;
import static io.tallystick.devstack.installation.Settings.Server.CHAIN;
import static io.tallystick.devstack.installation.Settings.Server.IDENTITY;
import static io.tallystick.devstack.installation.Settings.Server.IDENTITY_MANAGEMENT;
import static io.tallystick.devstack.installation.Settings.Server.KAFKA;
import static io.tallystick.devstack.installation.Settings.Server.METERING;
import static io.tallystick.devstack.installation.Settings.Server.METERING_MANAGEMENT;
import static io.tallystick.devstack.installation.Settings.Server.MODEL;
import static io.tallystick.devstack.installation.Settings.Server.POSTGRES;

import io.tallystick.devstack.chain.Anvil;
import io.tallystick.devstack.installation.ServiceProcess.Program;
import io.tallystick.devstack.installation.Settings.Server;
import io.tallystick.devstack.model.ModelServer;
import io.tallystick.devstack.process.Checkout;
import io.tallystick.devstack.process.RunFolder;
import io.tallystick.devstack.server.PostgresServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How each program of the stack is started: command, settings, health. */
public final class Programs {

    /** The provider that the gateway sells for. */
    public static final String TENANT = "acme";

    private final Checkout checkout;
    private final RunFolder folder;
    private final Settings settings;
    private final Keys keys;

    public Programs(Checkout checkout, RunFolder folder, Settings settings, Keys keys) {
        this.checkout = checkout;
        this.folder = folder;
        this.settings = settings;
        this.keys = keys;
    }

    public Program model() throws IOException {
        var command = List.of(
                java(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + folder.folder("tmp"),
                "-Djava.util.logging.config.file=" + logging(),
                "-cp",
                checkout.classPath(),
                ModelServer.class.getName(),
                Integer.toString(settings.port(MODEL)),
                checkout.root().toString());
        // Native libraries are unpacked once for all runs.
        var cache = folder.path().resolveSibling("cache").resolve("djl").toString();
        var environment = Map.of("DJL_CACHE_DIR", cache, "OPT_OUT_TRACKING", "true");
        return new Program(
                "model server", command, environment, log("model-server"), URI.create(url(MODEL) + "/v1/models"));
    }

    /** It looks for a graphics card and complains that there is none. */
    private Path logging() throws IOException {
        return Files.writeString(
                folder.path().resolve("model-logging.properties"),
                "handlers = java.util.logging.ConsoleHandler\nai.djl.level = SEVERE\n");
    }

    public Program identity() throws IOException {
        return service(
                "identity-service",
                IDENTITY,
                IDENTITY_MANAGEMENT,
                "identity",
                Map.of(
                        "TALLYSTICK_IDENTITY_EVENT_KEY_FILE",
                                keys.event().file().toString(),
                        "TALLYSTICK_IDENTITY_MASTER_KEY_FILE", keys.master().toString(),
                        "TALLYSTICK_IDENTITY_OPERATOR_DID", keys.operator().did()));
    }

    public Program metering() throws IOException {
        return service(
                "metering-service",
                METERING,
                METERING_MANAGEMENT,
                "metering",
                Map.of(
                        "TALLYSTICK_GATEWAY_TENANT",
                        TENANT,
                        "TALLYSTICK_GATEWAY_UPSTREAM_URL",
                        url(MODEL),
                        "TALLYSTICK_GATEWAY_BILLING_URL",
                        url(BILLING),
                        "TALLYSTICK_GATEWAY_IDENTITY_URL",
                        url(IDENTITY),
                        "TALLYSTICK_GATEWAY_CLIENT_KEY_FILE",
                        keys.gateway().file().toString(),
                        "TALLYSTICK_GATEWAY_OFFER_MODEL_CHAT",
                        "tallystick-ngram",
                        "TALLYSTICK_GATEWAY_OFFER_MODEL_EMBEDDINGS",
                        "all-minilm-l6-v2",
                        // What the model server accepts at most.
                        "TALLYSTICK_GATEWAY_OUTPUT_LIMIT",
                        "2048",
                        "TALLYSTICK_GATEWAY_MAX_INPUTS",
                        "256"));
    }

    public Program billing() throws IOException {
        return service(
                "billing-service",
                BILLING,
                BILLING_MANAGEMENT,
                "billing",
                Map.of(
                        "TALLYSTICK_CHAIN_RPC_URL", url(CHAIN),
                        "TALLYSTICK_CHAIN_ID", Integer.toString(Anvil.CHAIN_ID),
                        // The chain makes a block each second, and nobody takes one back unasked.
                        "TALLYSTICK_CHAIN_CONFIRMATIONS", "2",
                        "TALLYSTICK_SETTLEMENT_SIGNER_KEY_FILE",
                                keys.settlement().file().toString(),
                        "TALLYSTICK_X402_OFFER_KEY_FILE", keys.offer().toString()));
    }

    private Program service(String name, Server server, Server management, String database, Map<String, String> own)
            throws IOException {
        var command = settings.executables() ? executable(name) : onJvm(name);
        var environment = new HashMap<>(own);
        environment.putAll(common(database));
        if (!settings.otlpEndpoint().isEmpty()) {
            environment.put("QUARKUS_OTEL_SDK_DISABLED", "false");
            environment.put("QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT", settings.otlpEndpoint());
            // Seen at once: this is a workbench.
            environment.put("QUARKUS_OTEL_BSP_SCHEDULE_DELAY", "500ms");
        }
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(settings.port(server)));
        environment.put("QUARKUS_MANAGEMENT_PORT", Integer.toString(settings.port(management)));
        return new Program(name, command, environment, log(name), URI.create(url(management) + "/q/health/ready"));
    }

    private List<String> onJvm(String name) throws IOException {
        var jar = checkout.root().resolve(name + "/target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(name + " is not built: ./tallystick up builds it (no " + jar + ")");
        }
        return List.of(
                java(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                // Ready sooner and with less work on a small machine.
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.io.tmpdir=" + folder.folder("tmp"),
                "-jar",
                jar.toString());
    }

    private List<String> executable(String name) throws IOException {
        var file = checkout.root().resolve(name + "/target/native/" + name);
        if (!Files.isExecutable(file)) {
            throw new IllegalStateException(name + " is not built: ./tallystick native builds it (no " + file + ")");
        }
        return List.of(file.toString(), "-Xmx384m", "-Djava.io.tmpdir=" + folder.folder("tmp"));
    }

    private Map<String, String> common(String database) {
        var postgres = "postgresql://127.0.0.1:" + settings.port(POSTGRES) + "/" + database;
        return Map.of(
                "QUARKUS_HTTP_HOST",
                "127.0.0.1",
                "QUARKUS_MANAGEMENT_HOST",
                "127.0.0.1",
                "QUARKUS_DATASOURCE_JDBC_URL",
                "jdbc:" + postgres,
                "QUARKUS_DATASOURCE_REACTIVE_URL",
                postgres,
                "QUARKUS_DATASOURCE_USERNAME",
                PostgresServer.USER,
                "QUARKUS_DATASOURCE_PASSWORD",
                PostgresServer.USER,
                "KAFKA_BOOTSTRAP_SERVERS",
                "127.0.0.1:" + settings.port(KAFKA),
                "TALLYSTICK_ACCESS_ISSUER",
                url(IDENTITY),
                "TALLYSTICK_ACCESS_EVENT_KEY",
                keys.event().did());
    }

    public String url(Server server) {
        return "http://127.0.0.1:" + settings.port(server);
    }

    private Path log(String name) throws IOException {
        return folder.folder("logs").resolve(name + ".log");
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
