package io.tallystick.billing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.tallystick.devstack.TestStack;
import io.tallystick.kit.access.TestIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;

/** What billing-service needs to start in tests: a database and topics of its own, and an identity it believes. */
public class BillingStack implements QuarkusTestResourceLifecycleManager {
    /** The first of anvil's published keys. */
    private static final String SIGNER_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    private static volatile TestIdentity identity;

    @Override
    public Map<String, String> start() {
        var stack = TestStack.join();
        var database = stack.createDatabase();
        var prefix = stack.topicsPrefix();
        identity = TestIdentity.start(stack.bootstrapServers(), prefix);

        var config = new HashMap<>(identity.config());
        config.put("quarkus.http.test-port", "0");
        config.put("quarkus.management.test-port", "0");
        config.put("quarkus.datasource.jdbc.url", stack.postgresJdbcUrl(database));
        config.put("quarkus.datasource.reactive.url", stack.postgresReactiveUrl(database));
        config.put("quarkus.datasource.username", stack.user());
        config.put("quarkus.datasource.password", stack.password());
        config.put("kafka.bootstrap.servers", stack.bootstrapServers());
        config.put("tallystick.topics.prefix", prefix);
        config.put("tallystick.ledger.every", "1s");
        config.put("tallystick.rating.allocate-every", "1s");
        config.put("tallystick.chain.rpc-url", stack.freshChain());
        config.put("tallystick.settlement.signer-key-file", file("signer", SIGNER_KEY));
        config.put("tallystick.x402.offer-key-file", file("offers", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"));
        return config;
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

    @Override
    public void stop() {
        identity.close();
    }

    /** An access token for billing-service. */
    public static String token(String tenant, String did, String... scopes) {
        return identity.token(tenant, did, "billing-service", scopes);
    }

    /** An access token of a client, which may see only what is its own. */
    public static String ownToken(String tenant, String did, String... scopes) {
        return identity.ownToken(tenant, did, "billing-service", scopes);
    }

    /** A new API key of a client, which reads its own only; the service hears of it soon. */
    public static String ownApiKey(String tenant, String did, String... scopes) {
        return identity.newApiKey(tenant, did, "billing-service", true, 600, scopes);
    }

    /** An access token for billing-service that is bound to a key, by its thumbprint. */
    public static String boundToken(String thumbprint, String tenant, String did, String... scopes) {
        return identity.boundToken(thumbprint, tenant, did, "billing-service", scopes);
    }

    /** The identity that the service believes, for what it tells beside access tokens. */
    public static TestIdentity identity() {
        return identity;
    }

    /** A nonce that proofs may name now. */
    public static String nonce() {
        return identity.nonces().given().orElseThrow();
    }
}
