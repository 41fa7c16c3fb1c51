package io.tallystick.billing.payment;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.tallystick.devstack.TestStack;
import io.tallystick.kit.access.TestIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;

/** What payments need: a database, topics and a chain of their own, a key that sends, and an identity. */
public class PaymentStack implements QuarkusTestResourceLifecycleManager {
    /** The first of anvil's published keys. */
    private static final String SIGNER_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    private static volatile TestIdentity identity;
    private static volatile String rpcUrl;

    @Override
    public Map<String, String> start() {
        var stack = TestStack.join();
        var database = stack.createDatabase();
        var prefix = stack.topicsPrefix();
        identity = TestIdentity.start(stack.bootstrapServers(), prefix);
        rpcUrl = stack.freshChain();

        var config = new HashMap<>(identity.config());
        config.put("quarkus.http.test-port", "0");
        config.put("quarkus.management.test-port", "0");
        config.put("quarkus.datasource.jdbc.url", stack.postgresJdbcUrl(database));
        config.put("quarkus.datasource.reactive.url", stack.postgresReactiveUrl(database));
        config.put("quarkus.datasource.username", stack.user());
        config.put("quarkus.datasource.password", stack.password());
        config.put("kafka.bootstrap.servers", stack.bootstrapServers());
        config.put("tallystick.chain.rpc-url", rpcUrl);
        config.put("tallystick.chain.confirmations", "2");
        config.put("tallystick.chain.poll-interval", "50ms");
        config.put("tallystick.settlement.signer-key-file", file("signer", SIGNER_KEY));
        config.put("tallystick.x402.offer-key-file", file("offers", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"));
        return config;
    }

    @Override
    public void stop() {
        identity.close();
    }

    /** JSON-RPC of the chain that the service under test uses. */
    public static String rpcUrl() {
        return rpcUrl;
    }

    /** An access token for billing-service. */
    public static String token(String tenant, String... scopes) {
        return identity.token(tenant, TestIdentity.randomDid(), "billing-service", scopes);
    }

    /** An access token of a client, which may see only what is its own. */
    public static String ownToken(String tenant, String did, String... scopes) {
        return identity.ownToken(tenant, did, "billing-service", scopes);
    }

    /** The identity that the service believes, for what it tells beside access tokens. */
    public static TestIdentity identity() {
        return identity;
    }

    private static String file(String name, String content) {
        try {
            var file = Files.createTempFile(name, ".key");
            file.toFile().deleteOnExit();
            return Files.writeString(file, content + "\n").toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
