package io.tallystick.metering.usage.ingest;

import static io.restassured.RestAssured.given;
import static io.tallystick.metering.MeteringClient.event;
import static io.tallystick.metering.MeteringClient.prompt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What senders see on the wire. That it is counted once is CountingTest's. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class EventsTest {
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private static final String BATCH = "application/cloudevents-batch+json";

    private MeteringClient client;

    @BeforeEach
    void newTenant() {
        client = MeteringClient.ofNewTenant().withTokensMeter();
    }

    @Test
    void takesEventsInEachCloudEventsMode() {
        client.post("application/cloudevents+json; charset=utf-8", prompt("e1", "c", now, 1))
                .statusCode(202)
                .body("accepted", equalTo(1));
        client.post(BATCH, "[" + prompt("e2", "c", now, 10) + " , " + prompt("e3", "c", now, 100) + "]")
                .statusCode(202)
                .body("accepted", equalTo(2))
                .body("refused", empty());
        client.post("application/json", prompt("e4", "c", now, 1_000)).statusCode(202);
        client.post("application/json", "[" + prompt("e5", "c", now, 10_000) + "]")
                .statusCode(202);
        client.request()
                .header("ce-specversion", "1.0")
                .header("ce-id", "e6")
                .header("ce-source", "svc")
                .header("ce-type", "prompt")
                .header("ce-subject", "k%C3%A4ufer")
                .contentType("application/json")
                .body("{\"tokens\":\"100000\",\"model\":\"m1\"}")
                .post("/v1/events")
                .then()
                .statusCode(202);

        client.awaitTotal("tokens", "111111/0");
        assertThat(client.readings("tokens"))
                .extracting(row -> row.get("subject"))
                .contains("c", "käufer");
    }

    @Test
    void takesTheGoodOnesOfABatchAndNamesEachOther() {
        var batch = String.join(
                ",",
                prompt("e1", "c", now, 5),
                prompt("e2", "", now, 5),
                event("prompt", "e3", "c", now, "{\"tokens\":\"many\"}"),
                prompt("e4", "c", now.minus(Duration.ofDays(33)), 5),
                prompt("e5", "c", now.plusSeconds(600), 5),
                "\"not an event\"");
        awaitKnownMeters();

        client.post(BATCH, "[" + batch + "]")
                .statusCode(202)
                .body("accepted", equalTo(1))
                .body("refused.index", equalTo(java.util.List.of(1, 2, 3, 4, 5)))
                .body("refused[0].errors[0].pointer", equalTo("/subject"))
                .body("refused[1].id", equalTo("e3"))
                .body("refused[1].errors[0].pointer", equalTo("/data"))
                .body("refused[1].errors[0].detail", containsString("$.tokens"))
                .body("refused[2].errors[0].pointer", equalTo("/time"))
                .body("refused[3].errors[0].pointer", equalTo("/time"));
        client.awaitTotal("tokens", "5/0");
    }

    @Test
    void answersABadEventAloneWithAProblem() {
        client.post("application/cloudevents+json", prompt("", "c", now, 5))
                .statusCode(400)
                .contentType("application/problem+json")
                .body("type", endsWith("/problems/invalid-event"))
                .body("errors.pointer", hasItem("/id"));
        client.post("application/cloudevents+json", prompt("e1", "c", now, 5).replace("svc", "/gateway/x"))
                .statusCode(400)
                .body("errors.pointer", hasItem("/source"));
    }

    @Test
    void refusesARequestThatItCannotRead() {
        var good = prompt("e1", "c", now, 5);
        client.post(BATCH, "[" + good + ",{\"id\":}]")
                .statusCode(400)
                .body("type", endsWith("/problems/malformed-json"))
                .body("detail", containsString("Event 1"));
        client.post(BATCH, good).statusCode(400);
        client.post(BATCH, "[]").statusCode(400);
        client.post("application/json", "[" + good).statusCode(400);
        client.post("text/plain", good).statusCode(415).body("type", endsWith("/problems/unsupported-media-type"));
        client.post("application/cloudevents+json; charset=utf-16", good).statusCode(415);
        client.post("application/cloudevents+json", prompt("e2", "c".repeat(100_000), now, 5))
                .statusCode(400);
        client.post(BATCH, "[" + " ".repeat(4_194_304) + "]")
                .statusCode(413)
                .body("type", endsWith("/problems/body-too-large"));
        client.post(BATCH, "[" + "{},".repeat(10_000) + "{}]").statusCode(413);
        client.post(BATCH, "[" + " ".repeat(11 * 1024 * 1024) + "]")
                .statusCode(413)
                .contentType("application/problem+json")
                .body("type", endsWith("/problems/body-too-large"));
        client.settle();
        assertThat(client.total("tokens")).isEqualTo("0/0");
    }

    @Test
    void refusesHeadersThatCouldBeReadInTwoWays() {
        binary("e1").header("ce-subject", "c").post("/v1/events").then().statusCode(202);
        binary("\"e2\"")
                .header("ce-subject", "%22c%22")
                .post("/v1/events")
                .then()
                .statusCode(202);
        binary("e%FF")
                .header("ce-subject", "c")
                .post("/v1/events")
                .then()
                .statusCode(400)
                .body("type", endsWith("/problems/invalid-event"))
                .body("errors[0].pointer", equalTo("/id"));
        binary("e3")
                .header("ce-subject", "c", "d")
                .post("/v1/events")
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/subject"))
                .body("errors[0].detail", containsString("once"));

        client.awaitTotal("tokens", "10/0");
        assertThat(client.readings("tokens"))
                .extracting(row -> row.get("subject"))
                .containsExactlyInAnyOrder("c", "\"c\"");
    }

    private io.restassured.specification.RequestSpecification binary(String id) {
        return client.request()
                .header("ce-specversion", "1.0")
                .header("ce-id", id)
                .header("ce-source", "svc")
                .header("ce-type", "prompt")
                .contentType("Application/JSON")
                .body("{\"tokens\":5,\"model\":\"m1\"}");
    }

    @Test
    void refusesAnotherEncodingThanUtf8() {
        for (var json : new String[] {prompt("e1", "c", now, 5), "[" + prompt("e2", "c", now, 5) + "]"}) {
            client.request()
                    .contentType(json.startsWith("[") ? BATCH : "application/cloudevents+json")
                    .body(json.getBytes(java.nio.charset.StandardCharsets.UTF_16LE))
                    .post("/v1/events")
                    .then()
                    .statusCode(400)
                    .body("type", endsWith("/problems/malformed-json"))
                    .body("detail", containsString("UTF-8"));
        }
    }

    /** One that goes too far is named; the others of its batch are taken in. */
    @Test
    void namesAnEventThatIsTooDeepAndTakesTheOthers() {
        var deep = event("prompt", "e2", "c", now, "[".repeat(70) + "]".repeat(70));
        var digits = event("prompt", "e3", "c", now, "{\"tokens\":" + "1".repeat(300) + "}");

        client.post(BATCH, "[" + prompt("e1", "c", now, 5) + "," + deep + "," + digits + "]")
                .statusCode(202)
                .body("accepted", equalTo(1))
                .body("refused.index", equalTo(java.util.List.of(1, 2)))
                .body("refused[0].errors[0].detail", containsString("64"))
                .body("refused[1].errors[0].detail", containsString("256"));
        client.awaitTotal("tokens", "5/0");
    }

    @Test
    void pointsIntoTheBodyByItsForm() {
        client.post(BATCH, "[" + prompt("e1", "", now, 5) + "]")
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/0/subject"));
        client.post("application/json", prompt("e1", "", now, 5))
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/subject"));
        client.request()
                .contentType(BATCH)
                .body("[" + prompt("e1", "", now, 5) + "]")
                .post("/api/v1/events")
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/0/subject"));
    }

    @Test
    void refusesDataThatNamesAMemberTwice() {
        awaitKnownMeters();

        client.post("application/json", event("prompt", "e1", "c", now, "{\"tokens\":1,\"tokens\":1000}"))
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/data"));
    }

    @Test
    void asksToComeBackWhenKafkaCannotTakeIt() {
        // More waits at once than the bound of MeteringStack allows.
        var events = new java.util.ArrayList<String>();
        for (int i = 0; i < 40; i++) {
            events.add(event("other", "e" + i, "c", now, "\"" + "x".repeat(60_000) + "\""));
        }

        client.post(BATCH, "[" + String.join(",", events) + "]")
                .statusCode(503)
                .contentType("application/problem+json")
                .header("Retry-After", "2")
                .body("type", endsWith("/problems/unavailable"))
                .body("detail", containsString("kafka"));
    }

    @Test
    void takesAllOrNothingOnOpenMetersPath() {
        var path = "/api/v1/events";
        client.request()
                .contentType(BATCH)
                .body("[" + prompt("e1", "c", now, 5) + "," + prompt("e2", "", now, 5) + "]")
                .post(path)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("errors.pointer", hasItem("/1/subject"));
        client.request()
                .contentType(BATCH)
                .body("[" + prompt("e3", "c", now, 7) + ","
                        + event("prompt", "e4", "c", now, "{\"tokens\":\"many\"}") + ","
                        + prompt("e5", "c", now.minus(Duration.ofDays(40)), 5) + "]")
                .post(path)
                .then()
                .statusCode(204);

        client.awaitTotal("tokens", "7/0");
        await().untilAsserted(() -> assertThat(client.deadLetters())
                .extracting(letter -> letter.get("reason"))
                .containsExactlyInAnyOrder("unusable", "too_old"));
    }

    @Test
    void takesAnEventWithoutTimeAndWithoutData() {
        client.withMeter("{\"slug\":\"pings\",\"aggregation\":\"COUNT\",\"eventType\":\"ping\"}");

        client.post(
                        "application/json",
                        "{\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"svc\",\"type\":\"ping\",\"subject\":\"c\"}")
                .statusCode(202);

        client.awaitTotal("pings", "1/0");
    }

    @Test
    void asksForTheScope() {
        given().contentType("application/json")
                .body("{}")
                .post("/v1/events")
                .then()
                .statusCode(401);
        given().header("Authorization", "Bearer " + MeteringStack.token(client.tenant(), "usage:read"))
                .contentType("application/json")
                .body("{}")
                .post("/v1/events")
                .then()
                .statusCode(403);
    }

    /** A client that also reports: it is held to its own in what it reads, not in what it sends. */
    @Test
    void takesEventsOfAClientThatAlsoReports() {
        given().header(
                        "Authorization",
                        "Bearer " + MeteringStack.client(client.tenant(), "did:key:zClient", "usage:write"))
                .contentType("application/json")
                .body(prompt("e1", "someone", now, 5))
                .post("/v1/events")
                .then()
                .statusCode(202);
        client.awaitTotal("tokens", "5/0");
    }

    @Test
    void refusesAVoidOfACall() {
        client.request()
                .contentType("application/json")
                .body("{\"source\":\"/gateway/acme\",\"id\":\"h1\"}")
                .post("/v1/voids")
                .then()
                .statusCode(400)
                .body("type", endsWith("/problems/invalid-void"));
    }

    /** The meters that ingest knows are a moment old. */
    private void awaitKnownMeters() {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> client.post(
                        "application/cloudevents+json", event("prompt", "x", "c", now, "{\"tokens\":\"many\"}"))
                .statusCode(400));
    }
}
