package io.tallystick.metering;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** One tenant's use of the service, over HTTP. Each test has a tenant of its own. */
public final class MeteringClient {
    private static final Duration COUNTED = Duration.ofSeconds(30);

    private final String tenant;
    private final String token;

    private MeteringClient(String tenant) {
        this.tenant = tenant;
        token = MeteringStack.owner(tenant);
    }

    /** A client of a new tenant. */
    public static MeteringClient ofNewTenant() {
        return new MeteringClient("t" + UUID.randomUUID().toString().substring(0, 8));
    }

    public String tenant() {
        return tenant;
    }

    public String token() {
        return token;
    }

    public RequestSpecification request() {
        // REST Assured would add a charset that is not JSON's.
        var asIs = RestAssured.config()
                .encoderConfig(
                        EncoderConfig.encoderConfig().appendDefaultContentCharsetToContentTypeIfUndefined(false));
        return given().config(asIs).header("Authorization", "Bearer " + token);
    }

    /** Sums {@code $.tokens} of events of type {@code prompt}, by model. */
    public MeteringClient withTokensMeter() {
        return withMeter("""
                {"slug":"tokens","aggregation":"SUM","eventType":"prompt","valueProperty":"$.tokens",
                 "groupBy":{"model":"$.model"}}""");
    }

    public MeteringClient withMeter(String meter) {
        request()
                .contentType("application/json")
                .body(meter)
                .post("/api/v1/meters")
                .then()
                .statusCode(201);
        return this;
    }

    public ValidatableResponse post(String contentType, String body) {
        return request().contentType(contentType).body(body).post("/v1/events").then();
    }

    public void send(String... events) {
        post("application/cloudevents-batch+json", "[" + String.join(",", events) + "]")
                .statusCode(202);
    }

    public void askToVoid(String source, String id) {
        request()
                .contentType("application/json")
                .body(Map.of("source", source, "id", id, "reason", "sent by mistake"))
                .post("/v1/voids")
                .then()
                .statusCode(202);
    }

    /** Waits until everything sent before has been read: an event of its own comes through after it. */
    public void settle() {
        var marker = UUID.randomUUID().toString().replace("-", "");
        withMeterOnce("marker");
        for (var subject : List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l")) {
            send(event("marker", marker + subject, "s-" + marker + subject, Instant.now(), "{}"));
        }
        await().atMost(COUNTED).untilAsserted(() -> assertThat(readings("marker").stream()
                        .filter(row -> row.get("subject").toString().startsWith("s-" + marker)))
                .hasSize(12));
    }

    private void withMeterOnce(String type) {
        withMeterOnce(type, type);
    }

    /** Counts events of the type, unless it is there already. */
    public void withMeterOnce(String type, String slug) {
        request()
                .contentType("application/json")
                .body("{\"slug\":\"" + slug + "\",\"aggregation\":\"COUNT\",\"eventType\":\"" + type + "\"}")
                .post("/api/v1/meters");
    }

    public List<Map<String, Object>> readings(String meter) {
        return request()
                .queryParam("meter", meter)
                .get("/v1/readings")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("readings");
    }

    /** {@code added/voided} of all series of the meter, summed. */
    public String total(String meter) {
        var added = BigDecimal.ZERO;
        var voided = BigDecimal.ZERO;
        for (var reading : readings(meter)) {
            added = added.add(new BigDecimal((String) reading.get("added")));
            voided = voided.add(new BigDecimal((String) reading.get("voided")));
        }
        return plain(added) + "/" + plain(voided);
    }

    private static String plain(BigDecimal total) {
        return total.stripTrailingZeros().toPlainString();
    }

    public List<Map<String, Object>> deadLetters() {
        return request()
                .get("/v1/dead-letters")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("deadLetters");
    }

    /** Waits until the meter's total, as {@code added/voided}, is as expected. */
    public void awaitTotal(String meter, String total) {
        await().atMost(COUNTED).untilAsserted(() -> assertThat(total(meter)).isEqualTo(total));
    }

    public static String prompt(String id, String subject, Instant time, int tokens) {
        return event("prompt", id, subject, time, "{\"tokens\":" + tokens + ",\"model\":\"m1\"}");
    }

    public static String event(String type, String id, String subject, Instant time, String data) {
        return """
                {"specversion":"1.0","id":"%s","source":"svc","type":"%s","subject":"%s","time":"%s","data":%s}""".formatted(id, type, subject, time, data);
    }
}
