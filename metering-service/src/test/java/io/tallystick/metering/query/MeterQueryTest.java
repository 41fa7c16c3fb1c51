package io.tallystick.metering.query;

import static io.restassured.RestAssured.given;
import static io.tallystick.metering.MeteringClient.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.kit.access.TestIdentity;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import io.tallystick.metering.usage.rollup.Grain;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** OpenMeter's meters and queries on the wire. How time is cut is WindowsTest's. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class MeterQueryTest {
    private final Instant day = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(2, ChronoUnit.DAYS);

    private MeteringClient client;

    @Inject
    SeriesQueries series;

    @BeforeEach
    void newTenant() {
        client = MeteringClient.ofNewTenant().withTokensMeter();
    }

    @Test
    void keepsMetersInOpenMetersWords() {
        client.request()
                .get("/api/v1/meters/tokens")
                .then()
                .statusCode(200)
                .body("slug", is("tokens"))
                .body("aggregation", is("SUM"))
                .body("valueProperty", is("$.tokens"))
                .body("groupBy.model", is("$.model"));
        String id = client.request().get("/api/v1/meters").then().extract().path("[0].id");
        client.request()
                .contentType("application/json")
                .body("{\"description\":\"d\",\"groupBy\":{\"model\":\"$.model\",\"route\":\"$.route\"}}")
                .put("/api/v1/meters/" + id)
                .then()
                .statusCode(200)
                .body("groupBy.route", is("$.route"));
        client.request()
                .contentType("application/json")
                .body("{\"aggregation\":\"COUNT\"}")
                .put("/api/v1/meters/" + id)
                .then()
                .statusCode(400)
                .body("errors.pointer", hasItem("/aggregation"));
        client.request()
                .contentType("application/json")
                .body("{\"slug\":\"tokens\",\"aggregation\":\"COUNT\",\"eventType\":\"x\"}")
                .post("/api/v1/meters")
                .then()
                .statusCode(409)
                .body("type", endsWith("/problems/meter-exists"));
        client.request().delete("/api/v1/meters/tokens").then().statusCode(204);
        client.request().delete("/api/v1/meters/tokens").then().statusCode(404);
        client.request().get("/api/v1/meters/output_text").then().statusCode(200);
    }

    @Test
    void givesASlugAgainOnlyToWhatCountsTheSame() {
        client.request().delete("/api/v1/meters/tokens").then().statusCode(204);

        client.request()
                .contentType("application/json")
                .body("{\"slug\":\"tokens\",\"aggregation\":\"COUNT\",\"eventType\":\"prompt\"}")
                .post("/api/v1/meters")
                .then()
                .statusCode(409)
                .body("type", endsWith("/problems/meter-exists"))
                .body("detail", containsString("counted something else"));
        client.withTokensMeter();
        client.request()
                .contentType("application/json")
                .body("{\"slug\":\"output_text\",\"aggregation\":\"COUNT\",\"eventType\":\"prompt\"}")
                .post("/api/v1/meters")
                .then()
                .statusCode(400)
                .body("errors[0].pointer", is("/slug"));
    }

    /** Between the two questions that a query asks of the database, something is counted outside of its windows. */
    @Test
    void leavesOutWhatWasCountedOutsideOfTheWindowsSinceTheyWereCut() {
        sendSome();
        var question = new Question(
                client.tenant(),
                "tokens",
                "SUM",
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.of(WindowSize.DAY),
                ZoneOffset.UTC,
                List.of(),
                false,
                List.of(),
                Map.of());
        var cut = Windows.cut(day, day.plus(1, ChronoUnit.DAYS), WindowSize.DAY, ZoneOffset.UTC);

        var sums = series.sums(question, question.source(Grain.HOUR), (Windows) cut)
                .await()
                .atMost(Duration.ofSeconds(10));

        assertThat(sums).extracting(SeriesQueries.Sum::window).containsOnly(0);
    }

    @Test
    void saysWhichAggregationsThereAre() {
        client.request()
                .contentType("application/json")
                .body(
                        "{\"slug\":\"m\",\"aggregation\":\"MEDIAN\",\"eventType\":\"prompt\",\"valueProperty\":\"$.tokens\"}")
                .post("/api/v1/meters")
                .then()
                .statusCode(400)
                .body("type", endsWith("/problems/invalid-meter"))
                .body("errors[0].pointer", is("/aggregation"))
                .body("errors[0].detail", containsString("COUNT or SUM"));
    }

    @Test
    void answersByWindowSubjectAndDimension() {
        sendSome();

        client.request()
                .queryParam("windowSize", "DAY")
                .queryParam("groupBy", "model")
                .get("/api/v1/meters/tokens/query")
                .then()
                .statusCode(200)
                .body("windowSize", is("DAY"))
                .body("data", hasSize(3))
                .body("data[0].windowStart", is(day.toString()))
                .body("data[0].windowEnd", is(day.plus(1, ChronoUnit.DAYS).toString()))
                .body("data[0].groupBy.model", is("a"))
                .body("data[0].value", equalTo(4))
                .body("data[0].subject", nullValue());
        client.request()
                .queryParam("subject", "cust-1")
                .queryParam("filterGroupBy[model]", "a")
                .queryParam("from", day.toString())
                .queryParam("to", day.plus(1, ChronoUnit.HOURS).toString())
                .get("/api/v1/meters/tokens/query")
                .then()
                .statusCode(200)
                .body("data", hasSize(1))
                .body("data[0].subject", is("cust-1"))
                .body("data[0].value", equalTo(1.5f));
        client.request()
                .contentType("application/json")
                .body(
                        "{\"windowSize\":\"MONTH\",\"subject\":[\"did:key:z6MkClient\"],\"filterGroupBy\":{\"model\":[\"a\",\"b\"]}}")
                .post("/api/v1/meters/tokens/query")
                .then()
                .statusCode(200)
                .body("data.value.sum()", equalTo(12.5f));
        assertThat(client.request()
                        .accept("text/csv")
                        .queryParam("groupBy", "model")
                        .queryParam("groupBy", "subject")
                        .get("/api/v1/meters/tokens/query")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString()
                        .lines())
                .hasSize(4)
                .first()
                .isEqualTo("window_start,window_end,subject,model,value");
    }

    @Test
    void listsSubjectsAndValues() {
        sendSome();

        client.request()
                .get("/api/v1/meters/tokens/subjects")
                .then()
                .statusCode(200)
                .body("$", is(List.of("cust-1", "did:key:z6MkClient")));
        client.request()
                .get("/api/v1/meters/tokens/group-by/model/values")
                .then()
                .statusCode(200)
                .body("$", is(List.of("a", "b")));
    }

    @Test
    void saysWhyAQueryCannotBeAnswered() {
        client.request()
                .queryParam("windowSize", "MINUTE")
                .queryParam("from", "2026-01-01T00:30:00Z")
                .get("/api/v1/meters/tokens/query")
                .then()
                .statusCode(400)
                .body("type", endsWith("/problems/invalid-query"))
                .body("errors.pointer", is(List.of("/from", "/windowSize")));
        client.request().get("/api/v1/meters/none/query").then().statusCode(404);
    }

    @Test
    void showsAClientItsOwnSubjectOnly() {
        sendSome();
        var own = MeteringStack.client(client.tenant(), "did:key:z6MkClient");

        given().header("Authorization", "Bearer " + own)
                .get("/api/v1/meters/tokens/query")
                .then()
                .statusCode(200)
                .body("data.subject", is(List.of("did:key:z6MkClient")));
        given().header("Authorization", "Bearer " + own)
                .queryParam("subject", "cust-1")
                .get("/api/v1/meters/tokens/query")
                .then()
                .statusCode(403);
        given().header("Authorization", "Bearer " + own)
                .queryParam("meter", "tokens")
                .get("/v1/readings")
                .then()
                .statusCode(200)
                .body("readings.subject.unique()", is(List.of("did:key:z6MkClient")));
        given().header("Authorization", "Bearer " + own)
                .get("/v1/dead-letters")
                .then()
                .statusCode(403);
    }

    @Test
    void showsAClientItsWalletsToo() {
        var jane = TestIdentity.randomDid();
        var account = "eip155:84532:0x7e5f4552091a69125d5dfcb7b8c2659029395bdf";
        var wallet = "did:pkh:" + account;
        client.send(
                tokens("e1", "cust-1", day.plusSeconds(60), "1", "a"),
                tokens("e2", jane, day.plusSeconds(60), "2", "a"),
                tokens("e3", wallet, day.plusSeconds(60), "4", "a"));
        client.awaitTotal("tokens", "7/0");
        var own = MeteringStack.client(client.tenant(), jane);
        assertThat(subjects(own)).containsExactly(jane);
        asked(own, wallet).statusCode(403).body("type", endsWith("/problems/not-your-subject"));

        MeteringStack.link(client.tenant(), jane, account);
        await().untilAsserted(() -> assertThat(subjects(own)).containsExactlyInAnyOrder(jane, wallet));
        asked(own, wallet).statusCode(200).body("data.value", is(List.of(4)));
        asked(own, "cust-1").statusCode(403);
        given().header("Authorization", "Bearer " + own)
                .get("/api/v1/meters/tokens/query")
                .then()
                .body("data.subject", is(Stream.of(jane, wallet).sorted().toList()));
        given().header("Authorization", "Bearer " + own)
                .get("/api/v1/meters/tokens/subjects")
                .then()
                .body("", is(Stream.of(jane, wallet).sorted().toList()));

        MeteringStack.unlink(client.tenant(), jane, account);
        await().untilAsserted(() -> assertThat(subjects(own)).containsExactly(jane));
    }

    @Test
    void anEventWithoutIdentitysKeyOrAnOldOneLinksNoWallet() {
        var jane = TestIdentity.randomDid();
        var account = "eip155:84532:0x2b5ad5c4795c026514f8317c7a215e218dccd6cf";
        var other = "eip155:84532:0x6813eb9362372eef6200f3b1dbc3f819671cba69";
        client.send(
                tokens("e1", "did:pkh:" + account, day.plusSeconds(60), "1", "a"),
                tokens("e2", "did:pkh:" + other, day.plusSeconds(60), "2", "a"));
        client.awaitTotal("tokens", "3/0");
        var own = MeteringStack.client(client.tenant(), jane);
        MeteringStack.link(client.tenant(), jane, account);
        MeteringStack.unlink(client.tenant(), jane, account);

        MeteringStack.attack(client.tenant(), jane, account);
        // What is told after them is read after them.
        MeteringStack.link(client.tenant(), jane, other);
        await().untilAsserted(() -> assertThat(subjects(own)).containsExactly("did:pkh:" + other));
        asked(own, "did:pkh:" + account).statusCode(403);
    }

    private static List<String> subjects(String own) {
        return given().header("Authorization", "Bearer " + own)
                .queryParam("meter", "tokens")
                .get("/v1/readings")
                .then()
                .statusCode(200)
                .extract()
                .path("readings.subject.unique()");
    }

    private static io.restassured.response.ValidatableResponse asked(String own, String subject) {
        return given().header("Authorization", "Bearer " + own)
                .queryParam("subject", subject)
                .get("/api/v1/meters/tokens/query")
                .then();
    }

    private void sendSome() {
        client.send(
                tokens("e1", "cust-1", day.plusSeconds(60), "1.5", "a"),
                tokens("e2", "did:key:z6MkClient", day.plusSeconds(7_200), "2.5", "a"),
                tokens("e3", "did:key:z6MkClient", day.plus(1, ChronoUnit.DAYS), "10", "b"),
                tokens("e4", "cust-1", day.plus(1, ChronoUnit.DAYS), "100", "a"));
        client.awaitTotal("tokens", "114/0");
    }

    private static String tokens(String id, String subject, Instant time, String tokens, String model) {
        return event("prompt", id, subject, time, "{\"tokens\":" + tokens + ",\"model\":\"" + model + "\"}");
    }
}
