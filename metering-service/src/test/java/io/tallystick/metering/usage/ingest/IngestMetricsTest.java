package io.tallystick.metering.usage.ingest;

import static io.restassured.RestAssured.given;
import static io.tallystick.metering.MeteringClient.prompt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

/** The metrics that an operator looks at first, moved by what senders do. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class IngestMetricsTest {
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    @Inject
    MeterRegistry metrics;

    @Test
    void countWhatCameInAndWhatBecameOfIt() {
        var client = MeteringClient.ofNewTenant().withTokensMeter();
        var accepted = count("tallystick.ingest.accepted");
        var refused = count("tallystick.ingest.refused");
        var counted = count("tallystick.usage.counted");
        var duplicates = count("tallystick.usage.duplicates");
        var conflicts = letters("conflict");

        client.send(prompt("e1", "c", now, 1));
        client.awaitTotal("tokens", "1/0");
        client.send(prompt("e1", "c", now, 1), prompt("e1", "c", now, 2), prompt("e2", "c", now, 10));
        client.post("application/cloudevents+json", prompt("e3", "c", now.plusSeconds(86_400), 1))
                .statusCode(400);
        client.awaitTotal("tokens", "11/0");

        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(count("tallystick.ingest.accepted") - accepted).isEqualTo(4);
            assertThat(count("tallystick.ingest.refused") - refused).isEqualTo(1);
            assertThat(count("tallystick.usage.counted") - counted).isEqualTo(2);
            assertThat(count("tallystick.usage.duplicates") - duplicates).isEqualTo(1);
            assertThat(letters("conflict") - conflicts).isEqualTo(1);
        });
    }

    @Test
    void countWhoWasNotLetInAndWhatIdentitySaid() {
        var before = refusals();

        given().contentType("application/json")
                .body("[]")
                .post("/v1/events")
                .then()
                .statusCode(401);

        assertThat(refusals() - before).isEqualTo(1);
        assertThat(metrics.get("tallystick.access.feed.events").counters()).isNotEmpty();
    }

    private double refusals() {
        var counter = metrics.find("tallystick.access.refusals")
                .tag("reason", "no_token")
                .counter();
        return counter == null ? 0 : counter.count();
    }

    private double letters(String reason) {
        return metrics.get("tallystick.usage.dead.letters")
                .tag("reason", reason)
                .counter()
                .count();
    }

    /** Some begin with the first request. */
    private double count(String name) {
        var counter = metrics.find(name).counter();
        return counter == null ? 0 : counter.count();
    }
}
