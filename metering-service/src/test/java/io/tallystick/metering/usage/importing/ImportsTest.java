package io.tallystick.metering.usage.importing;

import static io.tallystick.metering.MeteringClient.prompt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Usage of before, on a real database and broker. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class ImportsTest {
    private static final Instant LONG_AGO = Instant.parse("2024-02-29T13:37:00Z");
    private static final String CSV = "text/csv";
    private static final String LINES = "application/x-ndjson";

    private final MeteringClient client = MeteringClient.ofNewTenant();

    @Inject
    Pool pool;

    @BeforeEach
    void countTokens() {
        client.withTokensMeter();
    }

    @Test
    void countsOldUsageInItsOwnHourAndOnceHoweverOftenItIsSent() {
        var lines = lines(1_200);
        bring("history", LINES, lines)
                .statusCode(200)
                .body("received", equalTo(1_200))
                .body("run", equalTo(1));

        awaitState("history", "done");
        assertThat(client.total("tokens")).isEqualTo("1200/0");
        bring("history", LINES, lines).statusCode(200).body("run", equalTo(2));
        awaitState("history", "done");
        assertThat(get("history").getInt("duplicates")).isEqualTo(1_200);
        forget();
        bring("history", LINES, lines).statusCode(200).body("run", equalTo(3));
        awaitState("history", "done");

        assertThat(get("history").getInt("counted")).isZero();
        assertThat(get("history").getInt("countedInAll")).isEqualTo(1_200);
        assertThat(client.total("tokens")).isEqualTo("1200/0");
        assertThat(client.deadLetters()).isEmpty();
        assertThat(one("select count(*) from usage_record where tenant = $1 and late and import_id = 'history'"))
                .isEqualTo(1_200);
        assertThat(one("select count(*) from series where tenant = $1 and hour = '2024-02-29 13:00Z'"))
                .isEqualTo(1);
    }

    @Test
    void anotherEventUnderAnIdThatWasImportedIsAConflictForEver() {
        bring("history", LINES, prompt("e1", "c", LONG_AGO, 5)).statusCode(200);
        awaitState("history", "done");
        forget();

        bring("history", LINES, prompt("e1", "c", LONG_AGO, 6)).statusCode(200);

        awaitState("history", "done");
        assertThat(get("history").getInt("deadLetters")).isEqualTo(1);
        assertThat(client.total("tokens")).isEqualTo("5/0");
    }

    /** Its key is forgotten in 32 days; the import is not. */
    @Test
    void whatWasReportedBeforeIsNotCountedByAnImportThatIsSentAgainLater() {
        var event = prompt("e1", "c", Instant.now().minus(Duration.ofDays(20)), 5);
        client.send(event);
        client.awaitTotal("tokens", "5/0");
        bring("history", LINES, event).statusCode(200);
        awaitState("history", "done");
        forget();

        bring("history", LINES, event).statusCode(200);

        awaitState("history", "done");
        assertThat(client.total("tokens")).isEqualTo("5/0");
    }

    @Test
    void readsCsvWithItsOwnIdsOrTheNumbersOfItsLines() {
        var rows = """
                type,subject,time,tokens,model
                prompt,"Customer, one",2024-02-29T13:00:00Z,5,m1
                prompt,c,2024-02-29T14:00:00+01:00,7.5,m1
                """;
        bring("old", CSV + "; charset=utf-8", rows).statusCode(200).body("received", equalTo(2));
        awaitState("old", "done");
        var rest = """
                type,subject,time,tokens,model
                prompt,c,2024-02-29T13:00:00Z,7.5,m1
                prompt,c,2024-02-29T13:00:00Z,1,m1
                """;
        client.request()
                .contentType(CSV)
                .queryParam("id", "old")
                .queryParam("line", 2)
                .body(rest.replace("\n", "\r\n"))
                .post("/v1/imports")
                .then()
                .statusCode(200);
        awaitState("old", "done");

        assertThat(client.total("tokens")).isEqualTo("13.5/0");
        assertThat(client.readings("tokens"))
                .extracting(row -> row.get("subject"))
                .contains("Customer, one");
        bring("other", CSV, """
                        id,type,subject,time,tokens
                        x,prompt,c,2024-02-29T13:00:00Z,1
                        x,prompt,c,2024-02-29T13:00:00Z,1
                        """).statusCode(200);
        awaitState("other", "done");
        assertThat(get("other").getInt("duplicates")).isEqualTo(1);
        assertThat(client.total("tokens")).isEqualTo("14.5/0");
    }

    @Test
    void namesTheLinesThatAreNotTakenIn() {
        var lines = String.join(
                "\n",
                prompt("e1", "c", LONG_AGO, 5),
                "{",
                "",
                prompt("", "c", LONG_AGO, 5),
                prompt("e2", "c", Instant.now().plusSeconds(900), 5),
                prompt("e3", "c", Instant.EPOCH, 5),
                prompt("e4", "c", LONG_AGO, 5).replace("svc", "/gateway/x"),
                prompt("e5", "c".repeat(70_000), LONG_AGO, 5),
                prompt("e6", "c", LONG_AGO, 5).replace("\"time\"", "\"moment\""));

        bring("history", LINES, lines)
                .statusCode(200)
                .body("received", equalTo(1))
                .body("invalid", equalTo(7))
                .body("errors.line", equalTo(List.of(2, 3, 4, 5, 6, 7, 8)))
                .body("errors.pointer", equalTo(List.of("", "/id", "/time", "/time", "/source", "", "/time")));

        awaitState("history", "done");
        assertThat(client.total("tokens")).isEqualTo("5/0");
    }

    @Test
    void goesOnAfterABodyThatBroke() throws IOException {
        var lines = lines(600);
        var whole = gzip(lines);
        client.request()
                .contentType(LINES)
                .header("Content-Encoding", "gzip")
                .queryParam("id", "history")
                .body(java.util.Arrays.copyOf(whole, whole.length - 40))
                .post("/v1/imports")
                .then()
                .statusCode(400)
                .body("type", endsWith("/problems/invalid-import"));
        awaitState("history", "broken");

        bringGzip("history", whole).statusCode(200).body("received", equalTo(600));

        awaitState("history", "done");
        assertThat(get("history").getInt("countedInAll")).isEqualTo(600);
        assertThat(client.total("tokens")).isEqualTo("600/0");
    }

    @Test
    void comesInSeveralRequestsAndIsCancelled() {
        var first =
                client.request().contentType(LINES).queryParam("id", "parts").queryParam("more", true);
        first.body(prompt("e1", "c", LONG_AGO, 1).getBytes(StandardCharsets.UTF_8))
                .post("/v1/imports")
                .then()
                .statusCode(200)
                .body("state", equalTo("waiting"));
        client.request().delete("/v1/imports/parts").then().statusCode(200).body("state", equalTo("cancelled"));
        client.awaitTotal("tokens", "1/0");

        bring("parts", LINES, prompt("e1", "c", LONG_AGO, 1)).statusCode(200).body("run", equalTo(2));

        awaitState("parts", "done");
        assertThat(client.total("tokens")).isEqualTo("1/0");
        client.request().get("/v1/imports/none").then().statusCode(404);
        MeteringClient.ofNewTenant().request().get("/v1/imports/parts").then().statusCode(404);
    }

    /** 64 MiB of one letter are 64 KiB of gzip; the test's bound is 16. */
    @Test
    void gzipBombIsNotReadToItsEnd() throws IOException {
        var bomb = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(bomb)) {
            var block = new byte[1024 * 1024];
            java.util.Arrays.fill(block, (byte) 'a');
            for (int i = 0; i < 64; i++) {
                zip.write(block);
            }
        }

        bringGzip("bomb", bomb.toByteArray()).statusCode(413).body("type", endsWith("/problems/body-too-large"));

        awaitState("bomb", "broken");
    }

    @Test
    void refusesWhatIsNoImport() {
        bring("a/b", LINES, lines(1)).statusCode(400);
        bring("history", CSV, "a,b\n1,2\n").statusCode(400).body("type", endsWith("/problems/invalid-import"));
        client.request()
                .contentType(LINES)
                .header("Content-Encoding", "gzip")
                .queryParam("id", "history")
                .body(lines(1).getBytes(StandardCharsets.UTF_8))
                .post("/v1/imports")
                .then()
                .statusCode(400);
        client.request()
                .contentType(LINES)
                .header("Content-Encoding", "br")
                .queryParam("id", "history")
                .body(lines(1).getBytes(StandardCharsets.UTF_8))
                .post("/v1/imports")
                .then()
                .statusCode(415);
        bring("history", "application/json", "[]").statusCode(415);
        client.request()
                .noContentType()
                .queryParam("id", "history")
                .post("/v1/imports")
                .then()
                .statusCode(415);
        RestAssured.given()
                .header("Authorization", "Bearer " + MeteringStack.token(client.tenant(), "usage:read"))
                .contentType(LINES)
                .queryParam("id", "history")
                .body(lines(1).getBytes(StandardCharsets.UTF_8))
                .post("/v1/imports")
                .then()
                .statusCode(403);
        client.request().get("/v1/imports/history").then().body("errors", hasSize(0));
    }

    private static String lines(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> prompt("e" + i, "c", LONG_AGO, 1))
                .collect(Collectors.joining("\n"));
    }

    private static byte[] gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(bytes)) {
            zip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private ValidatableResponse bring(String id, String type, String body) {
        return client.request()
                .contentType(type)
                .queryParam("id", id)
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post("/v1/imports")
                .then();
    }

    private ValidatableResponse bringGzip(String id, byte[] body) {
        return client.request()
                .contentType(LINES)
                .header("Content-Encoding", "gzip")
                .queryParam("id", id)
                .body(body)
                .post("/v1/imports")
                .then();
    }

    /** As if the memory of events were over for this tenant's. */
    private void forget() {
        one("with gone as (delete from event_claim c using usage_record r where r.tenant = $1 and r.day = c.day"
                + " and r.id = c.record_id returning 1) select count(*) from gone");
    }

    private long one(String sql) {
        return pool.preparedQuery(sql)
                .execute(Tuple.of(client.tenant()))
                .await()
                .atMost(Duration.ofSeconds(20))
                .iterator()
                .next()
                .getLong(0);
    }

    private JsonPath get(String id) {
        return client.request().get("/v1/imports/" + id).jsonPath();
    }

    private void awaitState(String id, String state) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(get(id).getString("state")).isEqualTo(state));
    }
}
