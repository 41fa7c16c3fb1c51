package io.tallystick.billing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.tallystick.devstack.TestStack;
import io.tallystick.kit.access.TestIdentity;
import java.util.HashMap;
import java.util.Map;

/** What billing-service needs to start in tests: a database and topics of its own, and an identity it believes. */
public class BillingStack implements QuarkusTestResourceLifecycleManager {
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
        return config;
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
}
