package io.tallystick.billing.chain;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.tallystick.devstack.TestStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A chain of this test's own, with the first of anvil's published keys as signer. */
public class ChainStack implements QuarkusTestResourceLifecycleManager {
    private static final String KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    @Override
    public Map<String, String> start() {
        var stack = TestStack.join();
        var database = stack.createDatabase();
        var config = new HashMap<String, String>();
        config.put("quarkus.http.test-port", "0");
        config.put("quarkus.management.test-port", "0");
        config.put("quarkus.datasource.jdbc.url", stack.postgresJdbcUrl(database));
        config.put("quarkus.datasource.reactive.url", stack.postgresReactiveUrl(database));
        config.put("quarkus.datasource.username", stack.user());
        config.put("quarkus.datasource.password", stack.password());
        config.put("kafka.bootstrap.servers", stack.bootstrapServers());
        config.put("tallystick.topics.prefix", stack.topicsPrefix());
        config.put("tallystick.access.issuer", "http://127.0.0.1:7101");
        config.put("tallystick.access.event-key", "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd");
        config.put("tallystick.chain.rpc-url", stack.freshChain());
        config.put("tallystick.chain.confirmations", "2");
        config.put("tallystick.chain.poll-interval", "50ms");
        config.put("tallystick.settlement.signer-key-file", keyFile().toString());
        return config;
    }

    private static Path keyFile() {
        try {
            var file = Files.createTempFile("signer", ".key");
            file.toFile().deleteOnExit();
            return Files.writeString(file, KEY + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        // The chain goes with the stack.
    }
}
