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
import io.tallystick.devstack.installation.ServiceProcess.Program;
import io.tallystick.devstack.installation.Settings.Server;
import io.tallystick.devstack.model.ModelServer;
import io.tallystick.devstack.process.Checkout;
import io.tallystick.devstack.process.Ports;
import io.tallystick.devstack.process.RunFolder;
import io.tallystick.devstack.server.BrokerProgram;
import io.tallystick.devstack.server.PostgresServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How each program of the stack is started: command, settings, health. */
public final class Programs {

    /** The provider that the gateway sells for. */
    public static final String TENANT = "acme";

    /**
     * How long a replica that was told to end goes on serving, and tells its connections to close. Longer than the 4 s
     * and a bit for which Node's {@code fetch} keeps a connection that it does not use: one that is closed while a request
     * is on its way loses it.
     */
    private static final String NOTICE = "7s";

    private static final String ETHR_NETWORK =
            "TALLYSTICK_IDENTITY_ETHR_NETWORKS__0X" + "%X".formatted(Anvil.CHAIN_ID) + "__";

    /** Where did:ethr has its registry on most chains. */
    private static final String ETHR_REGISTRY = "0xdca7ef03e98e0dc2b855be647c39abe984fcf21b";

    private final Checkout checkout;
    private final RunFolder folder;
    private final Settings settings;
    private final Keys keys;

    /**
     * Where a process of a service comes from and listens.
     *
     * @param name of the process and its log
     * @param build the checkout that was built
     */
    record Place(String name, Checkout build, int port, int managementPort) {}

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

    /** Kafka, as a process of its own. */
    Program broker() throws IOException {
        int ready = Ports.free();
        var data = folder.folder("data").resolve("kafka");
        var command = new ArrayList<>(List.of(java(), "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(BrokerProgram.arguments(
                checkout.classPath(), data, settings.port(KAFKA), settings.port(KAFKA_CONTROLLER), ready));
        return new Program("Kafka", command, Map.of(), log("kafka"), URI.create("http://127.0.0.1:" + ready));
    }

    /** It looks for a graphics card and complains that there is none. */
    private Path logging() throws IOException {
        return Files.writeString(
                folder.path().resolve("model-logging.properties"),
                "handlers = java.util.logging.ConsoleHandler\nai.djl.level = SEVERE\n");
    }

    public Program identity() throws IOException {
        return of(Service.IDENTITY);
    }

    public Program metering() throws IOException {
        return of(Service.METERING);
    }

    public Program billing() throws IOException {
        return of(Service.BILLING);
    }

    /** The service as one process, of this build. */
    Program of(Service service) throws IOException {
        var place = new Place(
                service.title(), checkout, settings.port(service.server()), settings.port(service.management()));
        return new Program(
                place.name(), command(service, place), environment(service, place), log(place.name()), health(place));
    }

    /** One of several processes of the service: it gives notice before it ends. */
    Program replica(Service service, Place place) throws IOException {
        var environment = environment(service, place);
        environment.put("QUARKUS_SHUTDOWN_DELAY", NOTICE);
        return new Program(place.name(), command(service, place), environment, log(place.name()), health(place));
    }

    /** @throws IllegalStateException if the build has no such service */
    void requireBuilt(Service service, Checkout build) throws IOException {
        command(service, new Place(service.title(), build, 0, 0));
    }

    private static URI health(Place place) {
        return URI.create("http://127.0.0.1:" + place.managementPort() + "/q/health/ready");
    }

    private Map<String, String> own(Service service) {
        return switch (service) {
            case IDENTITY -> identityOwn();
            case METERING -> meteringOwn();
            case BILLING -> billingOwn();
        };
    }

    private Map<String, String> identityOwn() {
        return Map.of(
                // Asked whether a signature is a contract wallet's.
                "TALLYSTICK_IDENTITY_WALLETS_RPC_" + Anvil.CHAIN_ID,
                url(CHAIN),
                "TALLYSTICK_IDENTITY_EVENT_KEY_FILE",
                keys.event().file().toString(),
                "TALLYSTICK_IDENTITY_MASTER_KEY_FILE",
                keys.master().toString(),
                "TALLYSTICK_IDENTITY_OPERATOR_DID",
                keys.operator().did(),
                // DIDs are issued under names; this one leads to this machine.
                "TALLYSTICK_IDENTITY_DID_DOMAIN",
                "identity.localhost:" + settings.port(IDENTITY),
                // DIDs of accounts on the local chain, once somebody put a registry there.
                ETHR_NETWORK + "RPC",
                url(CHAIN),
                ETHR_NETWORK + "REGISTRY",
                ETHR_REGISTRY,
                // A workbench: who changes a DID wants to see it.
                "TALLYSTICK_IDENTITY_ETHR_MAX_AGE",
                "0s",
                "TALLYSTICK_IDENTITY_ETHR_NEGATIVE_MAX_AGE",
                "0s",
                "TALLYSTICK_IDENTITY_ETHR_READS_PER_MINUTE_AND_CALLER",
                "600");
    }

    private Map<String, String> meteringOwn() {
        return Map.of(
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
                "256");
    }

    private Map<String, String> billingOwn() {
        return Map.of(
                "TALLYSTICK_CHAIN_RPC_URL", url(CHAIN),
                "TALLYSTICK_CHAIN_ID", Integer.toString(Anvil.CHAIN_ID),
                // The chain makes a block each second, and nobody takes one back unasked.
                "TALLYSTICK_CHAIN_CONFIRMATIONS", "2",
                "TALLYSTICK_SETTLEMENT_SIGNER_KEY_FILE",
                        keys.settlement().file().toString(),
                "TALLYSTICK_X402_OFFER_KEY_FILE", keys.offer().toString());
    }

    private Map<String, String> environment(Service service, Place place) {
        var environment = new HashMap<>(own(service));
        environment.putAll(common(service.database()));
        if (!settings.otlpEndpoint().isEmpty()) {
            environment.put("QUARKUS_OTEL_SDK_DISABLED", "false");
            environment.put("QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT", settings.otlpEndpoint());
            // Seen at once: this is a workbench.
            environment.put("QUARKUS_OTEL_BSP_SCHEDULE_DELAY", "500ms");
        }
        environment.put("QUARKUS_HTTP_PORT", Integer.toString(place.port()));
        environment.put("QUARKUS_MANAGEMENT_PORT", Integer.toString(place.managementPort()));
        return environment;
    }

    private List<String> command(Service service, Place place) throws IOException {
        var target = place.build().root().resolve(service.title()).resolve("target");
        return settings.executables() ? executable(service, target) : onJvm(service, target);
    }

    private List<String> onJvm(Service service, Path target) throws IOException {
        var jar = target.resolve("quarkus-app").resolve("quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(
                    service.title() + " is not built: ./tallystick up builds it (no " + jar + ")");
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

    private List<String> executable(Service service, Path target) throws IOException {
        var file = target.resolve("native").resolve(service.title());
        if (!Files.isExecutable(file)) {
            throw new IllegalStateException(
                    service.title() + " is not built: ./tallystick native builds it (no " + file + ")");
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
