package io.tallystick.metering.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import io.tallystick.metering.otlp.signal.Proto;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What exporters see on the wire, and what is counted of it. What a span or point tells is SignalsTest's. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class OtlpTest {
    private static final String JSON = "application/json";
    private static final String PROTOBUF = "application/x-protobuf";
    private static final String TRACE = "5b8efff798038103d269b633813fc60c";

    private final long now = Instant.now().toEpochMilli() * 1_000_000;
    private final MeteringClient client = MeteringClient.ofNewTenant();

    @Inject
    Pool pool;

    @Inject
    OtlpSettings settings;

    @BeforeEach
    void countInputTokens() {
        client.withMeter("""
                {"slug":"in","aggregation":"SUM","eventType":"gen_ai.usage","valueProperty":"$.input_uncached"}""");
    }

    @Test
    void countsASpanOnceInWhateverEncodingAndHoweverOftenItComes() throws IOException {
        var proto = new Proto()
                .in(
                        1,
                        new Proto()
                                .in(1, new Proto().attribute(1, "service.name", "shop"))
                                .in(
                                        2,
                                        new Proto()
                                                .in(
                                                        2,
                                                        new Proto()
                                                                .hex(1, TRACE)
                                                                .hex(2, "eee19b7ec3c1b174")
                                                                .fixed(8, now)
                                                                .attribute(9, "gen_ai.operation.name", "chat")
                                                                .attribute(9, "gen_ai.usage.input_tokens", 12))))
                .toBytes();

        post("traces", PROTOBUF, proto).statusCode(200).contentType(PROTOBUF).header("Content-Length", equalTo("0"));
        post("traces", JSON, span("eee19b7ec3c1b174", 12))
                .statusCode(200)
                .body("partialSuccess.rejectedSpans", nullValue());
        gzip("traces", PROTOBUF, proto).statusCode(200);

        client.awaitTotal("in", "12/0");
        client.settle();
        assertThat(client.total("in")).isEqualTo("12/0");
        assertThat(client.readings("in").getFirst()).containsEntry("subject", "shop");
        assertThat(client.deadLetters()).isEmpty();
    }

    @Test
    void saysWhichSpansItRejectsAndWhy() {
        post("traces", JSON, span("0000000000000000", 12))
                .statusCode(200)
                .body("partialSuccess.rejectedSpans", equalTo("1"))
                .body("partialSuccess.errorMessage", containsString("spanId"));
        post("traces", JSON, span("eee19b7ec3c1b174", 12).replace("service.name", "other"))
                .body("partialSuccess.errorMessage", containsString("who consumed"));
        post("traces", JSON, span("eee19b7ec3c1b174", 12).replace("" + now, "" + (now - 40 * 86_400_000_000_000L)))
                .body("partialSuccess.errorMessage", containsString("days before"));
        post("traces", JSON, "{}").statusCode(200).body("partialSuccess.rejectedSpans", nullValue());
        post("traces", PROTOBUF, new byte[0]).statusCode(200);
    }

    @Test
    void refusesWhatItCannotRead() throws IOException {
        post("traces", JSON, "[").statusCode(400).contentType(JSON).body("code", equalTo(3));
        post("traces", PROTOBUF, new byte[] {0x0A, 0x7F}).statusCode(400).contentType(PROTOBUF);
        post("traces", "text/plain", "x").statusCode(415);
        client.request().noContentType().post("/otlp/v1/metrics").then().statusCode(415);
        client.request()
                .contentType(JSON)
                .header("Content-Encoding", "gzip")
                .body("{}".getBytes(StandardCharsets.UTF_8))
                .post("/otlp/v1/traces")
                .then()
                .statusCode(400);
    }

    @Test
    void gzipBombIsNotHeld() throws IOException {
        gzip("metrics", PROTOBUF, new byte[64 * 1024 * 1024]).statusCode(413);
    }

    @Test
    void countsWhatACumulativeCounterRoseBy() throws Exception {
        countByMetrics();

        post("metrics", JSON, points(2, point(1, 10, 100), point(1, 20, 150))).statusCode(200);
        client.awaitTotal("in", "150/0");
        post("metrics", JSON, points(2, point(1, 20, 150))).statusCode(200);
        post("metrics", JSON, points(2, point(1, 10, 100))).statusCode(200);
        post("metrics", JSON, points(2, point(1, 30, 175))).statusCode(200);
        client.awaitTotal("in", "175/0");
        // The process began anew; a point of before comes late.
        post("metrics", JSON, points(2, point(31, 40, 5))).statusCode(200);
        post("metrics", JSON, points(2, point(1, 31, 180))).statusCode(200);

        // All of it was used within the clock's last millisecond.
        post("metrics", JSON, points(2, point(60, 60, 9))).statusCode(200);

        client.awaitTotal("in", "194/0");
        client.settle();
        assertThat(client.total("in")).isEqualTo("194/0");
        assertThat(client.deadLetters()).isEmpty();
    }

    @Test
    void countsATotalOnceThatComesOnManyConnectionsAtOnce() throws Exception {
        countByMetrics();
        var sends = IntStream.range(0, 24)
                .<Callable<Integer>>mapToObj(
                        i -> () -> post("metrics", JSON, points(2, point(1, 10 + i % 6, 100 + i % 6 * 10)))
                                .extract()
                                .statusCode())
                .toList();
        try (var eight = Executors.newFixedThreadPool(8)) {
            for (var send : eight.invokeAll(sends)) {
                assertThat(send.get()).isIn(200, 503);
            }
        }
        post("metrics", JSON, points(2, point(1, 50, 200))).statusCode(200);

        client.awaitTotal("in", "200/0");
        client.settle();
        assertThat(client.total("in")).isEqualTo("200/0");
    }

    /** The step was written down, and the log may have had it or not. */
    @Test
    void countsAStepOnceWhoseEndWasLost() throws Exception {
        countByMetrics();
        post("metrics", JSON, points(2, point(1, 10, 100))).statusCode(200);
        client.awaitTotal("in", "100/0");
        execute("update otlp_stream s set counted = 0, next = 100, event = r.event from usage_record r "
                + "where s.tenant = $1 and r.tenant = $1 and r.source = '/otlp/metrics'");

        post("metrics", JSON, points(2, point(1, 20, 130))).statusCode(200);

        client.awaitTotal("in", "130/0");
        client.settle();
        assertThat(client.total("in")).isEqualTo("130/0");
    }

    @Test
    void countsEachDifferenceOnce() throws Exception {
        countByMetrics();

        post("metrics", JSON, points(1, point(1, 10, 100))).statusCode(200);
        post("metrics", JSON, points(1, point(1, 10, 100), point(10, 20, 7))).statusCode(200);
        post("metrics", JSON, points(1, point(10, 20, 7))).statusCode(200);

        client.awaitTotal("in", "107/0");
        client.settle();
        assertThat(client.total("in")).isEqualTo("107/0");
    }

    @Test
    void spansAndCountersOfOneCallAreNotBothCounted() throws Exception {
        post("metrics", JSON, points(2, point(1, 10, 100)))
                .statusCode(200)
                .body("partialSuccess.rejectedDataPoints", equalTo("1"))
                .body("partialSuccess.errorMessage", containsString("by its traces"));
        countByMetrics();

        post("traces", JSON, span("eee19b7ec3c1b174", 100))
                .statusCode(200)
                .body("partialSuccess.rejectedSpans", equalTo("1"))
                .body("partialSuccess.errorMessage", containsString("by its metrics"));
        post("metrics", JSON, points(2, point(1, 10, 100))).statusCode(200);

        client.awaitTotal("in", "100/0");
        client.settle();
        assertThat(client.total("in")).isEqualTo("100/0");
    }

    @Test
    void aChangeOfTheSourceHoldsForWhatHappensAfterIt() {
        client.request()
                .contentType(JSON)
                .body("{\"source\":\"metrics\",\"subject\":\"customer\"}")
                .put("/v1/otlp")
                .then()
                .statusCode(200)
                .body("source", equalTo("metrics"))
                .body("former", equalTo("traces"))
                .body("subject", equalTo("customer"));
        client.request().get("/v1/otlp").then().statusCode(200).body("source", equalTo("metrics"));
        client.request()
                .contentType(JSON)
                .body("{\"source\":\"both\"}")
                .put("/v1/otlp")
                .then()
                .statusCode(400);

        await().atMost(Duration.ofSeconds(10))
                .until(() -> !settings.of(client.tenant()).equals(OtlpSettings.Setting.UNSAID));
        post("traces", JSON, span("eee19b7ec3c1b174", 3).replace("service.name", "customer"))
                .statusCode(200)
                .body("partialSuccess.rejectedSpans", nullValue());
        client.awaitTotal("in", "3/0");
    }

    /** As if that had been chosen long ago. */
    private void countByMetrics() {
        execute("insert into otlp_setting values ($1, 'metrics', 'metrics', '1970-01-01', '', '')");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> settings.of(client.tenant()).source() == OtlpSettings.Source.METRICS);
    }

    private void execute(String sql) {
        pool.preparedQuery(sql).execute(Tuple.of(client.tenant())).await().atMost(Duration.ofSeconds(20));
    }

    private String span(String id, long tokens) {
        return """
                {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
                 "scopeSpans":[{"spans":[{"traceId":"%s","spanId":"%s","endTimeUnixNano":"%d","attributes":[
                  {"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},
                  {"key":"gen_ai.usage.input_tokens","value":{"intValue":"%d"}}]}]}]}]}
                """.formatted(TRACE, id, now, tokens);
    }

    /** @param start, time in seconds of the last hour */
    private String point(long start, long time, long tokens) {
        var hour = now - 3_600_000_000_000L;
        return """
                {"startTimeUnixNano":"%d","timeUnixNano":"%d","count":"1","sum":%d,"attributes":[
                 {"key":"gen_ai.token.type","value":{"stringValue":"input"}}]}
                """.formatted(hour + start * 1_000_000_000, hour + time * 1_000_000_000, tokens);
    }

    private static String points(int temporality, String... points) {
        return """
                {"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
                 "scopeMetrics":[{"metrics":[{"name":"gen_ai.client.token.usage","histogram":{
                  "aggregationTemporality":%d,"dataPoints":[%s]}}]}]}]}
                """.formatted(temporality, String.join(",", List.of(points)));
    }

    private ValidatableResponse post(String signal, String type, String body) {
        return post(signal, type, body.getBytes(StandardCharsets.UTF_8));
    }

    private ValidatableResponse post(String signal, String type, byte[] body) {
        return client.request()
                .contentType(type)
                .body(body)
                .post("/otlp/v1/" + signal)
                .then();
    }

    private ValidatableResponse gzip(String signal, String type, byte[] body) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(bytes)) {
            zip.write(body);
        }
        return client.request()
                .contentType(type)
                .header("Content-Encoding", "gzip")
                .body(bytes.toByteArray())
                .post("/otlp/v1/" + signal)
                .then();
    }
}
