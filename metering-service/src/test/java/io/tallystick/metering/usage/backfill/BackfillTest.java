package io.tallystick.metering.usage.backfill;

import static io.tallystick.metering.MeteringClient.prompt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A meter that comes later counts each event once: what came before it, what came after, and what came at its seam. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class BackfillTest {
    private static final Duration WAIT = Duration.ofSeconds(40);

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    private MeteringClient client;

    @Inject
    Pool pool;

    @BeforeEach
    void newTenant() {
        client = MeteringClient.ofNewTenant().withTokensMeter();
    }

    @Test
    void countsEachEventOnceThoughOthersAreCountedMeanwhile() throws Exception {
        client.send(prompt("gone", "cust-1", now, 1_000), prompt("kept", "cust-1", now, 500));
        client.askToVoid("svc", "gone");
        client.awaitTotal("tokens", "1500/1000");

        var sending = Thread.ofPlatform().start(() -> {
            for (int batch = 0; batch < 40; batch++) {
                send("b" + batch + "-", 25);
            }
        });
        await().atMost(WAIT).until(() -> !client.total("tokens").startsWith("1500/"));
        client.withMeter(later("jobs", "COUNT", "", "true"));
        client.withMeter(later("largest", "MAX", "\"valueProperty\":\"$.tokens\",", "true"));
        sending.join();

        awaitState(client, "jobs", "done");
        awaitState(client, "largest", "done");
        client.settle();
        assertThat(client.total("tokens")).isEqualTo("2500/1000");
        assertThat(client.total("jobs")).isEqualTo("1001/0");
        assertThat(largest()).isEqualTo(500);

        // What was counted later is taken back as what was counted at once.
        client.askToVoid("svc", "kept");
        client.awaitTotal("jobs", "1001/1");
        assertThat(largest()).isEqualTo(1);
    }

    /** Two steps are done, the third fails; a back-fill of another meter does not wait for it. */
    @Test
    void goesOnWhereItsLastStepEndedAfterOneFailed() {
        // Of one subject, so that they are counted in this order.
        client.send(IntStream.range(0, 1_200)
                .mapToObj(i -> prompt("e" + i, "cust-1", now, 1))
                .toArray(String[]::new));
        client.awaitTotal("tokens", "1200/0");
        execute(
                "create table if not exists refuse_fill (tenant text)",
                "create or replace function refuse_fill() returns trigger language plpgsql as $$ begin "
                        + "if new.event_id = 'e1100' and exists (select from refuse_fill where tenant = new.tenant) then "
                        + "raise exception 'refused by the test'; end if; return new; end $$",
                "create or replace trigger refuse_fill before update on usage_record for each row "
                        + "execute function refuse_fill()",
                "insert into refuse_fill values ('" + client.tenant() + "')");
        var other = MeteringClient.ofNewTenant().withMeter(later("jobs", "COUNT", "", "true"));
        try {
            client.withMeter(later("jobs", "COUNT", "", "true"));
            await().atMost(WAIT).untilAsserted(() -> assertThat(
                            ((Number) progress(client, "jobs").get("failures")).intValue())
                    .isPositive());
            assertThat(progress(client, "jobs")).containsEntry("counted", 1_000);
            assertThat(client.total("jobs")).isEqualTo("1000/0");
            awaitState(other, "jobs", "done");
        } finally {
            execute("delete from refuse_fill");
        }

        awaitState(client, "jobs", "done");
        assertThat(client.total("jobs")).isEqualTo("1200/0");
        assertThat(progress(client, "jobs")).containsEntry("counted", 1_200);
    }

    @Test
    void countsFromTheTimeNamedAndWhatTheMeterCanUse() {
        client.send(
                prompt("early", "c", now.minusSeconds(7_200), 1),
                prompt("late", "c", now.minusSeconds(60), 2),
                MeteringClient.event("other", "o1", "c", now, "{\"tokens\":\"many\"}"),
                MeteringClient.event("other", "o2", "c", now, "{\"tokens\":7}"));
        client.settle();
        client.withMeter(later("recent", "COUNT", "", now.minusSeconds(3_600).toString()));
        client.withMeter("""
                {"slug":"others","aggregation":"SUM","eventType":"other","valueProperty":"$.tokens","backfill":true}""");

        awaitState(client, "recent", "done");
        awaitState(client, "others", "done");
        assertThat(client.total("recent")).isEqualTo("1/0");
        assertThat(client.total("others")).isEqualTo("7/0");
        assertThat(progress(client, "others")).containsEntry("unusable", 1).containsEntry("counted", 1);
    }

    @Test
    void endsWhenItIsCancelledAndKeepsWhatItCounted() {
        client.withMeter(later("jobs", "COUNT", "", "true"));
        client.request().delete("/v1/meters/jobs/backfill").then().statusCode(204);
        var state = progress(client, "jobs").get("state");
        assertThat(state).isIn("cancelled", "done");
        client.request()
                .get("/v1/meters/tokens/backfill")
                .then()
                .statusCode(404)
                .body("type", endsWith("/problems/unknown-backfill"));
        client.request()
                .contentType("application/json")
                .body(later("never", "COUNT", "", "yesterday"))
                .post("/api/v1/meters")
                .then()
                .statusCode(400)
                .body("errors[0].pointer", is("/backfill"));
    }

    private void send(String prefix, int number) {
        client.send(IntStream.range(0, number)
                .mapToObj(i -> prompt(prefix + i, "cust-" + i % 7, now, 1))
                .toArray(String[]::new));
    }

    private static String later(String slug, String aggregation, String value, String backfill) {
        return """
                {"slug":"%s","aggregation":"%s","eventType":"prompt",%s"backfill":"%s"}""".formatted(slug, aggregation, value, backfill);
    }

    private int largest() {
        return client.request()
                .get("/api/v1/meters/largest/query")
                .then()
                .statusCode(200)
                .extract()
                .path("data[0].value");
    }

    private static Map<String, Object> progress(MeteringClient of, String meter) {
        return of.request()
                .get("/v1/meters/" + meter + "/backfill")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getMap("$");
    }

    private static void awaitState(MeteringClient of, String meter, String state) {
        await().atMost(WAIT).untilAsserted(() -> assertThat(progress(of, meter)).containsEntry("state", state));
    }

    private void execute(String... statements) {
        for (var statement : statements) {
            pool.query(statement).execute().await().atMost(WAIT);
        }
    }
}
