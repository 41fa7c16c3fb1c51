package io.tallystick.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.tallystick.devstack.TestStack;
import io.tallystick.kit.Ready;
import io.tallystick.kit.access.Ed25519Signer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The service starts without a broker, says what it is not, and is not started again for it. */
@QuarkusTest
@TestProfile(BrokerAwayTest.Alone.class)
class BrokerAwayTest {

    @Test
    void isNeitherStartedNorReadyButLive() {
        // A look that takes longer than a probe waits is asked again.
        await().ignoreExceptions().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
            assertThat(Ready.status("started")).isEqualTo(503);
            assertThat(Ready.status("ready")).isEqualTo(503);
            assertThat(Ready.status("live")).isEqualTo(200);
        });
    }

    public static final class Alone implements QuarkusTestProfile {
        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(NoBroker.class));
        }

        @Override
        public boolean disableGlobalTestResources() {
            return true;
        }
    }

    /** A database, and an address where nobody listens. */
    public static final class NoBroker implements QuarkusTestResourceLifecycleManager {
        @Override
        public Map<String, String> start() {
            var stack = TestStack.join();
            var database = stack.createDatabase();
            var config = new HashMap<String, String>();
            config.put("quarkus.datasource.jdbc.url", stack.postgresJdbcUrl(database));
            config.put("quarkus.datasource.reactive.url", stack.postgresReactiveUrl(database));
            config.put("quarkus.datasource.username", stack.user());
            config.put("quarkus.datasource.password", stack.password());
            config.put("quarkus.http.test-port", "0");
            config.put("quarkus.management.test-port", "0");
            config.put("kafka.bootstrap.servers", "127.0.0.1:" + nobody());
            config.put("tallystick.access.issuer", "http://identity.example");
            config.put(
                    "tallystick.access.event-key",
                    new Ed25519Signer(new byte[32]).publicKey().didKey());
            config.put("test.await-ready", "false");
            return config;
        }

        private static int nobody() {
            try (var left = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return left.getLocalPort();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void stop() {}
    }
}
