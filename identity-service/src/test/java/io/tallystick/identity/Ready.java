package io.tallystick.identity;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.ConfigProvider;

/** Waits for the service's own readiness: a signing key, and heartbeats heard through Kafka. */
public final class Ready {

    private Ready() {}

    public static void await() {
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(status())
                .isEqualTo(200));
    }

    public static int status() {
        var port = ConfigProvider.getConfig().getValue("quarkus.management.test-port", Integer.class);
        return given().port(port).get("/q/health/ready").statusCode();
    }
}
