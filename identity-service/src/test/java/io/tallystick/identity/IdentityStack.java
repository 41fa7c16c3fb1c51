package io.tallystick.identity;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.tallystick.devstack.TestStack;
import io.tallystick.identity.key.signer.TransitServer;
import io.tallystick.identity.workload.PlatformMaker;
import io.tallystick.identity.workload.PlatformMaker.MadeKey;
import io.tallystick.kit.access.Ed25519Signer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** A real PostgreSQL and a real Kafka under the service, a transit server beside it, secrets in files, and an operator whose key the tests hold. */
public class IdentityStack implements QuarkusTestResourceLifecycleManager {
    public static final String ISSUER = "http://identity.test";

    /** Low, so that a test can reach them. */
    public static final int GRANTS_PER_CLIENT = 24;

    public static final int TREE_SIZE = 12;

    public static final int WALLETS_PER_DID = 4;

    /** A chain whose node is away. */
    public static final int SILENT_CHAIN = 31337;

    public static final int DIDS_PER_TENANT = 12;

    public static final int RESOLUTION_BURST = 200;

    /** What the cluster's tokens say of who issued them. */
    public static final String CLUSTER = "https://kubernetes.test";

    private static final String CLUSTER_KEY = "tallystick.test.cluster-key";

    /** Held by the tests in system properties, because they run in another class loader. */
    private static final String OPERATOR_SEED = "tallystick.test.operator-seed";

    private static final String EVENT_SEED = "tallystick.test.event-seed";

    private TransitServer vault;

    @Override
    public Map<String, String> start() {
        var stack = TestStack.join();
        vault = startVault();
        var database = stack.createDatabase();
        var eventKey = newSigner(EVENT_SEED);
        var operator = newSigner(OPERATOR_SEED);
        var config = new HashMap<String, String>();
        config.put("quarkus.datasource.jdbc.url", stack.postgresJdbcUrl(database));
        config.put("quarkus.datasource.reactive.url", stack.postgresReactiveUrl(database));
        config.put("quarkus.datasource.username", stack.user());
        config.put("quarkus.datasource.password", stack.password());
        config.put("quarkus.http.test-port", "0");
        config.put("quarkus.management.test-port", "0");
        config.put("kafka.bootstrap.servers", stack.bootstrapServers());
        config.put("tallystick.topics.prefix", stack.topicsPrefix());
        config.put("tallystick.access.issuer", ISSUER);
        config.put("tallystick.access.event-key", eventKey.publicKey().didKey());
        config.put("tallystick.access.max-silence", "3s");
        config.put(
                "tallystick.identity.event-key-file",
                secretFile(seed(EVENT_SEED)).toString());
        config.put("tallystick.identity.master-key-file", secretFile(random()).toString());
        config.put("tallystick.identity.vault.address", vault.address().toString());
        config.put(
                "tallystick.identity.vault.token-file",
                file(TransitServer.TOKEN).toString());
        config.put("tallystick.identity.operator-did", operator.publicKey().didKey());
        config.put("tallystick.identity.rotation-notice", "2s");
        config.put("tallystick.identity.grants.per-client", Integer.toString(GRANTS_PER_CLIENT));
        config.put("tallystick.identity.resolution.requests-per-second", "100");
        config.put("tallystick.identity.resolution.burst", Integer.toString(RESOLUTION_BURST));
        config.put("tallystick.identity.issued.per-tenant", Integer.toString(DIDS_PER_TENANT));
        config.put("tallystick.identity.grants.tree-size", Integer.toString(TREE_SIZE));
        config.put("tallystick.identity.wallets.per-did", Integer.toString(WALLETS_PER_DID));
        config.put("tallystick.identity.wallets.rpc.\"" + SILENT_CHAIN + "\"", "http://127.0.0.1:1");
        var cluster = PlatformMaker.rsa("cluster-1", 2048);
        System.setProperty(CLUSTER_KEY, PlatformMaker.written(cluster));
        config.put("tallystick.identity.workload.platforms.cluster.issuer", CLUSTER);
        config.put(
                "tallystick.identity.workload.platforms.cluster.keys",
                file(PlatformMaker.keySet(cluster)).toUri().toString());
        return config;
    }

    /** What signs the tokens of the cluster that is configured. */
    public static MadeKey clusterKey() {
        return PlatformMaker.read("cluster-1", System.getProperty(CLUSTER_KEY));
    }

    @Override
    public void stop() {
        if (vault != null) {
            vault.close();
        }
    }

    public static Ed25519Signer operator() {
        return new Ed25519Signer(seed(OPERATOR_SEED));
    }

    public static Ed25519Signer eventKey() {
        return new Ed25519Signer(seed(EVENT_SEED));
    }

    public static Ed25519Signer newKey() {
        return new Ed25519Signer(random());
    }

    private static Ed25519Signer newSigner(String property) {
        var seed = random();
        System.setProperty(property, Base64.getUrlEncoder().withoutPadding().encodeToString(seed));
        return new Ed25519Signer(seed);
    }

    private static byte[] seed(String property) {
        return Base64.getUrlDecoder().decode(System.getProperty(property));
    }

    private static byte[] random() {
        var bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    private static TransitServer startVault() {
        try {
            return TransitServer.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path secretFile(byte[] secret) {
        return file(Base64.getUrlEncoder().withoutPadding().encodeToString(secret) + "\n");
    }

    private static Path file(String text) {
        try {
            var file = Files.createTempFile("tallystick-test", ".key");
            file.toFile().deleteOnExit();
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
