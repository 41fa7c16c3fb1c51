package io.tallystick.metering.usage.ingest;

import static io.tallystick.metering.MeteringClient.event;
import static io.tallystick.metering.MeteringClient.prompt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import io.tallystick.metering.usage.UsageEntry;
import io.tallystick.metering.usage.UsageLog;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An event that takes another's place, on a real database and broker. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class AmendmentsTest {
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final Instant earlier = now.minus(Duration.ofHours(50));
    private final MeteringClient client = MeteringClient.ofNewTenant();

    @Inject
    Pool pool;

    @Inject
    UsageLog log;

    @BeforeEach
    void countTokens() {
        client.withTokensMeter();
    }

    @Test
    void takesTheEventsPlaceOnceInTheHourItHappened() {
        client.send(prompt("e1", "cust-1", earlier, 10));
        client.awaitTotal("tokens", "10/0");

        for (int attempt = 0; attempt < 3; attempt++) {
            amend(1, prompt("e1", "cust-1", now, 7)).statusCode(202);
        }
        client.awaitTotal("tokens", "17/10");
        amend(1, prompt("e1", "cust-1", now, 7)).statusCode(202);
        amend(2, prompt("e1", "cust-2", now, 4)).statusCode(202);

        client.awaitTotal("tokens", "21/17");
        client.settle();
        assertThat(client.total("tokens")).isEqualTo("21/17");
        assertThat(rows("select distinct hour::text as it from series where tenant = $1 and meter = 'tokens'"))
                .hasSize(1);
        assertThat(rows("select revision || ' ' || late as it from usage_record "
                        + "where tenant = $1 and event_id = 'e1' order by revision"))
                .containsExactly("0 true", "1 true", "2 true");
        assertThat(client.deadLetters()).isEmpty();
    }

    @Test
    void saysWhatAnAmendmentCannotTakeThePlaceOf() {
        amend(1, prompt("e1", "c", now, 7)).statusCode(404).body("type", endsWith("/problems/event-not-counted"));
        client.send(prompt("e1", "c", now, 10), prompt("e2", "c", now, 1));
        client.awaitTotal("tokens", "11/0");
        amend(2, prompt("e1", "c", now, 7)).statusCode(404);
        amend(1, prompt("e1", "", now, 7)).statusCode(400);
        amend(1, "[" + prompt("e1", "c", now, 7) + "]").statusCode(400);
        amend(1, prompt("e1", "c", now, 7).replace("svc", "/gateway/x")).statusCode(400);
        amend(1, event("io.tallystick.void", "e1", "c", now, "{}")).statusCode(400);
        amend(0, prompt("e1", "c", now, 7)).statusCode(400);

        client.askToVoid("svc", "e2");
        amend(1, prompt("e1", "c", now, 7)).statusCode(202);
        client.awaitTotal("tokens", "18/11");

        amend(1, prompt("e1", "c", now, 8))
                .statusCode(409)
                .body("type", endsWith("/problems/amendment-conflict"))
                .body("detail", containsString("2"));
        amend(1, prompt("e2", "c", now, 8)).statusCode(409).body("detail", containsString("taken back"));
        assertThat(client.total("tokens")).isEqualTo("18/11");
    }

    @Test
    void isTakenBackByTheVoidThatNamesItsRevision() {
        client.send(prompt("e1", "c", now, 10));
        client.awaitTotal("tokens", "10/0");
        amend(1, prompt("e1", "c", now, 7)).statusCode(202);
        client.awaitTotal("tokens", "17/10");

        client.request()
                .contentType("application/json")
                .body(Map.of("source", "svc", "id", "e1", "revision", 1))
                .post("/v1/voids")
                .then()
                .statusCode(202);

        client.awaitTotal("tokens", "17/17");
    }

    /** What the endpoint looked at may have changed when the log is read: there it is decided. */
    @Test
    void replayedAmendmentsInTheLogTakeOnePlace() {
        client.send(prompt("e1", "c", now, 10), prompt("e2", "c", now, 1));
        client.awaitTotal("tokens", "11/0");
        client.askToVoid("svc", "e2");
        client.awaitTotal("tokens", "11/1");

        write(1, prompt("e1", "c", now, 7), 5);
        client.awaitTotal("tokens", "18/11");
        write(1, prompt("e1", "c", now, 8), 1);
        write(1, prompt("e2", "c", now, 8), 1);
        write(1, prompt("never", "c", now, 8), 1);
        write(2, event("prompt", "e1", "c", now, "{\"tokens\":\"many\"}"), 1);

        client.awaitTotal("tokens", "18/11");
        client.settle();
        assertThat(client.total("tokens")).isEqualTo("18/11");
        assertThat(client.deadLetters())
                .extracting(letter -> letter.get("eventId") + " " + letter.get("reason"))
                .containsExactlyInAnyOrder(
                        "e1 unmatched_amendment", "e2 unmatched_amendment", "never unmatched_amendment", "e1 unusable");
    }

    private void write(int revision, String event, int times) {
        log.append(IntStream.range(0, times)
                        .mapToObj(_ -> UsageEntry.ofAmendment(
                                client.tenant(), "c", "", revision, now, "", event.getBytes(StandardCharsets.UTF_8)))
                        .toList())
                .toCompletableFuture()
                .join();
    }

    private ValidatableResponse amend(int revision, String event) {
        return client.request()
                .contentType(event.startsWith("[") ? "application/json" : "application/cloudevents+json")
                .queryParam("revision", revision)
                .queryParam("reason", "counted wrong")
                .body(event)
                .post("/v1/amendments")
                .then();
    }

    private List<String> rows(String sql) {
        var rows = new java.util.ArrayList<String>();
        pool.preparedQuery(sql)
                .execute(Tuple.of(client.tenant()))
                .await()
                .atMost(Duration.ofSeconds(20))
                .forEach(row -> rows.add(row.getString("it")));
        return rows;
    }
}
