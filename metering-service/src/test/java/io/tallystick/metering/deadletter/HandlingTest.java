package io.tallystick.metering.deadletter;

import static io.tallystick.metering.MeteringClient.event;
import static io.tallystick.metering.MeteringClient.prompt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.smallrye.common.annotation.Identifier;
import io.tallystick.events.EventType;
import io.tallystick.kit.outbox.Topics;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Dead letters sent again and put away, on a real database and broker. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class HandlingTest {
    private final Instant now = Instant.now();
    private final MeteringClient client = MeteringClient.ofNewTenant();

    @Inject
    Topics topics;

    @Inject
    @Identifier("default-kafka-broker") Map<String, Object> kafka;

    @BeforeEach
    void countTokens() {
        client.withTokensMeter();
    }

    @Test
    void countsALetterOnceHoweverOftenItIsSentAgain() throws Exception {
        var id = unusable("e1");
        withoutTheMeter();
        var replays = IntStream.range(0, 12)
                .<Callable<Integer>>mapToObj(_ -> () -> post(id, "replay").statusCode())
                .toList();
        try (var four = Executors.newFixedThreadPool(4)) {
            for (var replay : four.invokeAll(replays)) {
                assertThat(replay.get()).isEqualTo(202);
            }
        }

        awaitState(id, "counted");
        client.awaitTotal("calls", "1/0");
        assertThat(post(id, "replay").jsonPath().getString("letter.state")).isEqualTo("counted");
        client.settle();
        assertThat(client.total("calls")).isEqualTo("1/0");
        assertThat(get(id).getList("actions.action")).containsExactly("replay");
        assertThat(get(id).getString("actions[0].by")).startsWith("did:");
        assertThat(get(id).getString("actions[0].at")).isNotEmpty();
    }

    @Test
    void saysWhyALetterFailedAgainAndLeavesItToBeDiscarded() {
        var id = unusable("e1");

        assertThat(post(id, "replay").statusCode()).isEqualTo(202);

        awaitState(id, "failed");
        assertThat(get(id).getString("letter.outcome")).contains("unusable");
        assertThat(client.deadLetters()).hasSize(1);
        discard(id, "the customer was paid back").statusCode(200).body("letter.state", equalTo("discarded"));
        discard(id, "once more").statusCode(200).body("letter.outcome", equalTo("the customer was paid back"));
        assertThat(post(id, "replay").statusCode()).isEqualTo(409);
        assertThat(get(id).getList("actions.action")).containsExactly("replay", "discard");
        assertThat(client.request()
                        .get("/v1/dead-letters?state=open")
                        .jsonPath()
                        .getList("deadLetters"))
                .isEmpty();
        assertThat(client.request()
                        .get("/v1/dead-letters?state=discarded")
                        .jsonPath()
                        .getList("deadLetters"))
                .hasSize(1);
    }

    @Test
    void sendsAgainWhatAFilterNames() {
        unusable("e1");
        unusable("e2");
        unusable("e3");
        withoutTheMeter();

        var first = replayAll("{\"reason\":\"unusable\",\"source\":\"svc\",\"limit\":2}");
        var rest = replayAll("{\"reason\":\"unusable\",\"after\":" + first.getLong("next") + "}");
        var none = replayAll("{\"reason\":\"too_old\"}");

        assertThat(first.getInt("replayed")).isEqualTo(2);
        assertThat(rest.getInt("replayed")).isEqualTo(1);
        assertThat(none.getInt("replayed")).isZero();
        client.awaitTotal("calls", "3/0");
    }

    @Test
    void saysWhatWouldComeOutAlike() {
        client.send(prompt("e1", "c", now, 7));
        client.awaitTotal("tokens", "7/0");
        client.send(prompt("e1", "c", now, 8));
        await().atMost(Duration.ofSeconds(30)).until(() -> client.deadLetters().size() == 1);
        var id = ((Number) client.deadLetters().getFirst().get("id")).longValue();

        assertThat(post(id, "replay").statusCode()).isEqualTo(409);
        assertThat(post(id, "replay").jsonPath().getString("detail")).contains("id of its own");
        assertThat(post(id + 1_000_000, "replay").statusCode()).isEqualTo(404);
        client.settle();
        assertThat(client.total("tokens")).isEqualTo("7/0");
    }

    @Test
    void anotherTenantsLettersAreNotThere() {
        var id = unusable("e1");
        var other = MeteringClient.ofNewTenant();

        other.request().get("/v1/dead-letters/" + id).then().statusCode(404);
        other.request().post("/v1/dead-letters/" + id + "/replay").then().statusCode(404);
        other.request()
                .contentType("application/json")
                .body("{\"reason\":\"mine\"}")
                .post("/v1/dead-letters/" + id + "/discard")
                .then()
                .statusCode(404);

        assertThat(get(id).getString("letter.state")).isEqualTo("open");
    }

    @Test
    void whoMayOnlyReportOrReadHandlesNone() {
        var id = unusable("e1");
        for (var scope : List.of("usage:write", "usage:read", "meters:write")) {
            RestAssured.given()
                    .header("Authorization", "Bearer " + MeteringStack.token(client.tenant(), scope))
                    .post("/v1/dead-letters/" + id + "/replay")
                    .then()
                    .statusCode(403)
                    .body("type", endsWith("/problems/insufficient-scope"))
                    .body("detail", containsString("letters:write"));
        }
    }

    @Test
    void poisonOnTheTopicStopsNoPartition() {
        var topic = topics.name(EventType.USAGE_RECORDED_TOPIC);
        var tenant = client.tenant().getBytes(StandardCharsets.UTF_8);
        var account = "account".getBytes(StandardCharsets.UTF_8);
        var poisons = List.of(
                new byte[0],
                new byte[] {0, 1, 2, (byte) 0xFF, (byte) 0xFE},
                "{".getBytes(StandardCharsets.UTF_8),
                "[".repeat(5_000).getBytes(StandardCharsets.UTF_8),
                "null".getBytes(StandardCharsets.UTF_8),
                "{\"specversion\":\"1.0\",\"id\":\"\\u0000\"}".getBytes(StandardCharsets.UTF_8));
        try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (var partition : producer.partitionsFor(topic)) {
                for (var poison : poisons) {
                    var _ = producer.send(new ProducerRecord<>(topic, partition.partition(), null, poison));
                    var marked = new ProducerRecord<byte[], byte[]>(topic, partition.partition(), null, poison);
                    marked.headers().add("ts-tenant", tenant).add("ts-funding", account);
                    for (var name :
                            List.of("ts-by", "ts-import", "ts-import-run", "ts-letter", "ts-revision", "ts-arrived")) {
                        marked.headers().add(name, new byte[] {(byte) 0xC3, 0, '9'});
                    }
                    var _ = producer.send(marked);
                }
                var _ = producer.send(new ProducerRecord<>(topic, partition.partition(), null, null));
                var numbers = new ProducerRecord<byte[], byte[]>(
                        topic,
                        partition.partition(),
                        null,
                        prompt("p" + partition.partition(), "c", now, 1).getBytes(StandardCharsets.UTF_8));
                numbers.headers().add("ts-tenant", tenant).add("ts-funding", account);
                for (var name : List.of("ts-import-run", "ts-letter", "ts-revision", "ts-arrived")) {
                    numbers.headers().add(name, "999999999999999999999".getBytes(StandardCharsets.UTF_8));
                }
                var _ = producer.send(numbers);
            }
        }

        client.settle();
        assertThat(client.deadLetters()).hasSizeGreaterThanOrEqualTo(4 * poisons.size());
    }

    /** A letter that can be counted once the meter that cannot use its value is gone. */
    private long unusable(String id) {
        client.withMeterOnce("prompt", "calls");
        client.request()
                .contentType("application/cloudevents+json")
                .body(event("prompt", id, "c", now, "{\"tokens\":\"many\"}"))
                .post("/api/v1/events")
                .then()
                .statusCode(204);
        await().atMost(Duration.ofSeconds(30)).until(() -> client.deadLetters().stream()
                .anyMatch(letter -> letter.get("eventId").equals(id)));
        return client.deadLetters().stream()
                .filter(letter -> letter.get("eventId").equals(id))
                .mapToLong(letter -> ((Number) letter.get("id")).longValue())
                .findFirst()
                .orElseThrow();
    }

    private void withoutTheMeter() {
        client.request().delete("/api/v1/meters/tokens").then().statusCode(204);
    }

    private void awaitState(long id, String state) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(get(id).getString("letter.state"))
                .isEqualTo(state));
    }

    private JsonPath get(long id) {
        return client.request()
                .get("/v1/dead-letters/" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private io.restassured.response.Response post(long id, String action) {
        return client.request().post("/v1/dead-letters/" + id + "/" + action);
    }

    private io.restassured.response.ValidatableResponse discard(long id, String reason) {
        return client.request()
                .contentType("application/json")
                .body(Map.of("reason", reason))
                .post("/v1/dead-letters/" + id + "/discard")
                .then();
    }

    private JsonPath replayAll(String filter) {
        return client.request()
                .contentType("application/json")
                .body(filter)
                .post("/v1/dead-letters/replay")
                .then()
                .statusCode(202)
                .extract()
                .jsonPath();
    }
}
