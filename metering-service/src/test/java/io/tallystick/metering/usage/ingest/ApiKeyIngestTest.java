package io.tallystick.metering.usage.ingest;

import static io.restassured.RestAssured.given;
import static io.tallystick.metering.MeteringClient.prompt;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A sender that cannot sign sends its usage with an API key. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class ApiKeyIngestTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private MeteringClient owner;

    @BeforeEach
    void newTenant() {
        owner = MeteringClient.ofNewTenant().withTokensMeter();
    }

    @Test
    void eventsAreTakenByBearerAndByXApiKeyAndCountedForTheKeysTenant() {
        var key = usable(MeteringStack.apiKey(owner.tenant(), 6_000, "usage:write"));

        send("Authorization", "Bearer " + key, prompt("e1", "c", now, 1)).statusCode(202);
        send("x-api-key", key, prompt("e2", "c", now, 10)).statusCode(202);

        owner.awaitTotal("tokens", "11/0");
    }

    @Test
    void aKeyThatOnlySendsReadsNothing() {
        var key = usable(MeteringStack.apiKey(owner.tenant(), 6_000, "usage:write"));

        given().header("x-api-key", key)
                .get("/v1/readings?meter=tokens")
                .then()
                .statusCode(403)
                .body("type", endsWith("insufficient-scope"));
    }

    @Test
    void aKeyThatFloodsIsToldToWaitAndItsTenantsOthersAreNot() {
        var key = usable(MeteringStack.apiKey(owner.tenant(), 20, "usage:write"));

        var refused = IntStream.range(0, 200)
                .mapToObj(i -> send("x-api-key", key, prompt("f" + i, "c", now, 1)))
                .filter(answer -> answer.extract().statusCode() != 202)
                .findFirst()
                .orElseThrow();

        refused.statusCode(429)
                .body("type", endsWith("too-many-requests"))
                .header("Retry-After", matchesPattern("[1-3]"))
                .header("RateLimit-Policy", equalTo("\"key\";q=20;w=60"))
                .header(
                        "RateLimit",
                        equalTo("\"key\";r=0;t=" + refused.extract().header("Retry-After")));
        owner.post("application/cloudevents+json", prompt("g", "c", now, 1)).statusCode(202);
    }

    /** Once the service has heard of it. */
    private static String usable(String key) {
        await().atMost(SOON).until(() -> List.of(400, 403)
                .contains(given().header("x-api-key", key)
                        .get("/v1/readings?meter=tokens")
                        .statusCode()));
        return key;
    }

    private static ValidatableResponse send(String header, String value, String event) {
        return given().header(header, value)
                .contentType("application/json")
                .body(event)
                .post("/v1/events")
                .then();
    }
}
