package io.tallystick.metering.query.records;

import static io.restassured.RestAssured.given;
import static io.tallystick.metering.MeteringClient.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The events that were counted, on the wire. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class RecordsTest {
    private static final Pattern LINE = Pattern.compile("^\\{\"source\":\"svc\",\"id\":\"(e[0-9]+)\",.*}$");

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    private MeteringClient client;

    @BeforeEach
    void newTenant() {
        client = MeteringClient.ofNewTenant().withMeter("""
                {"slug":"calls","aggregation":"COUNT","eventType":"call"}""").withMeter("""
                {"slug":"jobs","aggregation":"COUNT","eventType":"job"}""");
    }

    @Test
    void listsWhatWasCountedInPagesTheNewestFirst() {
        sendTwelve();

        var ids = new ArrayList<String>();
        var before = "";
        do {
            var page = ask(Map.of("limit", "5", "before", before));
            ids.addAll(page.getList("records.id"));
            before = page.getString("next") == null ? "" : page.getString("next");
        } while (!before.isEmpty());

        assertThat(ids).hasSize(12).doesNotHaveDuplicates();
        var one = ask(Map.of("source", "svc", "id", "e3"));
        assertThat(one.getString("records[0].event")).contains("\"n\":3").doesNotContain("\n ");
        assertThat(one.getString("records[0].funding")).isEqualTo("account");
        assertThat(one.getString("records[0].sentBy")).startsWith("did:key:");
    }

    @Test
    void findsByTimeSubjectSourceIdAndType() {
        sendTwelve();

        assertThat(ask(Map.of("type", "job")).getList("records.id", String.class))
                .containsExactlyInAnyOrder("e0", "e6");
        assertThat(ask(Map.of("subject", "cust-1")).getList("records.id")).hasSize(4);
        assertThat(ask(Map.of("id", "e7")).getList("records.id")).containsExactly("e7");
        assertThat(ask(Map.of("id", "e7", "source", "svc")).getList("records.id"))
                .containsExactly("e7");
        assertThat(ask(Map.of("id", "e7", "source", "svc", "subject", "cust-0")).getList("records.id"))
                .isEmpty();
        assertThat(ask(Map.of("source", "other")).getList("records.id")).isEmpty();
        assertThat(ask(Map.of(
                                "from", now.minusSeconds(180).toString(),
                                "to", now.minusSeconds(60).toString()))
                        .getList("records.id", String.class))
                .containsExactlyInAnyOrder("e2", "e3");
        client.request()
                .queryParam("from", "yesterday")
                .get("/v1/records")
                .then()
                .statusCode(400)
                .body("type", endsWith("/problems/invalid-query"))
                .body("errors[0].pointer", is("/from"));
        client.request().queryParam("before", "x").get("/v1/records").then().statusCode(400);
    }

    @Test
    void showsNobodyElsesRecords() {
        sendTwelve();
        var other = MeteringClient.ofNewTenant();
        other.request().get("/v1/records").then().statusCode(200).body("records.size()", is(0));
        other.request()
                .queryParam("source", "svc")
                .queryParam("id", "e3")
                .get("/v1/records")
                .then()
                .body("records.size()", is(0))
                .body("next", nullValue());
        var jane = MeteringStack.client(client.tenant(), "did:key:z6MkClient");
        given().header("Authorization", "Bearer " + jane)
                .get("/v1/records")
                .then()
                .statusCode(403);
        given().header("Authorization", "Bearer " + jane)
                .get("/v1/records/export")
                .then()
                .statusCode(403);
    }

    @Test
    void listsEventsInOpenMetersWordsAndSaysWhatIsWrongWithThem() {
        sendTwelve();
        client.send(event("call", "e3", "cust-0", now, "{\"n\":99}"));
        client.settle();

        var events = client.request()
                .queryParam("subject", "cust-0")
                .get("/api/v1/events")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(events.getList("event.id", String.class)).containsExactlyInAnyOrder("e0", "e3", "e6", "e9", "e3");
        assertThat(events.getList("findAll { it.validationError != null }.validationError", String.class))
                .singleElement()
                .asString()
                .startsWith("conflict: ");
        assertThat(events.getInt("find { it.validationError != null }.event.data.n"))
                .isEqualTo(99);
        assertThat(events.getString("[0].ingestedAt")).isNotEmpty();
        client.request()
                .queryParam("customerId", "c1")
                .get("/api/v1/events")
                .then()
                .statusCode(400)
                .body("errors[0].pointer", is("/customerId"));
    }

    /** More than a page, and more often than streams at once: each gives its place back. */
    @Test
    void exportsALineForEach() {
        client.send(IntStream.range(0, 1_300)
                .mapToObj(i -> event("call", "e" + i, "cust-" + i % 3, now, "{\"text\":\"a\\nb\"}"))
                .toArray(String[]::new));
        client.awaitTotal("calls", "1300/0");
        for (int i = 0; i < 6; i++) {
            var answer = client.request()
                    .queryParam("type", "call")
                    .get("/v1/records/export")
                    .then()
                    .statusCode(200)
                    .contentType("application/x-ndjson")
                    .extract()
                    .asString();
            var ids = answer.lines()
                    .filter(line -> !line.isBlank())
                    .map(line -> LINE.matcher(line).replaceFirst("$1"))
                    .toList();
            assertThat(ids).hasSize(1_300).doesNotHaveDuplicates().allMatch(id -> id.matches("e[0-9]+"));
        }
    }

    private JsonPath ask(Map<String, String> parameters) {
        return client.request()
                .queryParams(new HashMap<>(parameters))
                .get("/v1/records")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /** One a minute, e0 the newest; every sixth a job. */
    private void sendTwelve() {
        client.send(IntStream.range(0, 12)
                .mapToObj(i -> event(
                        i % 6 == 0 ? "job" : "call",
                        "e" + i,
                        "cust-" + i % 3,
                        now.minusSeconds(60L * i),
                        "{\"n\":" + i + "}"))
                .toArray(String[]::new));
        client.awaitTotal("calls", "10/0");
        client.awaitTotal("jobs", "2/0");
    }
}
