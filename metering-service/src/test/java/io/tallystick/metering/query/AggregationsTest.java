package io.tallystick.metering.query;

import static io.tallystick.metering.MeteringClient.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.config.JsonPathConfig;
import io.restassured.path.json.config.JsonPathConfig.NumberReturnType;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import io.tallystick.metering.usage.rollup.Grain;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is only looked at, and minutes: from events and voids to answers, against what the events say. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class AggregationsTest {
    private static final List<String> ALL = List.of("COUNT", "SUM", "AVG", "MIN", "MAX", "LATEST", "UNIQUE_COUNT");
    private static final Duration WAIT = Duration.ofSeconds(30);

    private final Instant hour = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(4, ChronoUnit.HOURS);

    private MeteringClient client;

    @Inject
    Pool pool;

    @BeforeEach
    void newTenant() {
        client = MeteringClient.ofNewTenant();
    }

    private record Sent(String id, Instant time, BigDecimal value, String word, String model) {
        String event() {
            return MeteringClient.event(
                    "seen",
                    id,
                    "cust-" + id.hashCode() % 3,
                    time,
                    "{\"v\":\"%s\",\"w\":\"%s\",\"model\":\"%s\"}".formatted(value.toPlainString(), word, model));
        }
    }

    /** Whatever was sent and taken back, in whatever order: each window is what its events come to. */
    @Test
    void answersWhatTheEventsThatWereNotVoidedComeTo() {
        var random = new Random(7);
        ALL.forEach(this::withMeter);
        var sent = new ArrayList<Sent>();
        for (int i = 0; i < 240; i++) {
            sent.add(new Sent(
                    "e" + i,
                    hour.plusSeconds(random.nextInt(9_000)).plus(i, ChronoUnit.MICROS),
                    BigDecimal.valueOf(random.nextInt(40), random.nextInt(3)),
                    "w" + random.nextInt(12),
                    random.nextBoolean() ? "a" : "b"));
        }
        var voided = IntStream.range(0, 70).map(i -> 239 - 3 * i).boxed().collect(Collectors.toSet());
        // Some come before their event, the others after all was counted.
        voided.stream().filter(i -> i % 2 == 0).limit(10).forEach(i -> client.askToVoid("svc", "e" + i));
        for (int from = 0; from < sent.size(); from += 60) {
            client.send(sent.subList(from, from + 60).stream().map(Sent::event).toArray(String[]::new));
        }
        client.settle();
        voided.forEach(i -> client.askToVoid("svc", "e" + i));
        client.settle();

        var left = IntStream.range(0, sent.size())
                .filter(i -> !voided.contains(i))
                .mapToObj(sent::get)
                .toList();
        for (var aggregation : ALL) {
            for (var size : List.of("MINUTE", "HOUR", "DAY", "MONTH")) {
                for (var zone : List.of("UTC", "Asia/Kolkata", "Asia/Kathmandu")) {
                    assertThat(answer(aggregation, size, zone))
                            .as("%s by %s in %s", aggregation, size, zone)
                            .isEqualTo(expected(left, aggregation, WindowSize.valueOf(size), ZoneId.of(zone)));
                }
            }
        }
        assertThat(count("select count(*) from series where tenant = $1 and meter not in ('count', 'sum', 'marker')"))
                .as("series, of which alone meter.advanced is told")
                .isZero();
        assertThat(client.readings("max")).isEmpty();
    }

    private Map<String, BigDecimal> answer(String aggregation, String size, String zone) {
        var rows = client.request()
                .queryParam("windowSize", size)
                .queryParam("windowTimeZone", zone)
                .queryParam("groupBy", "model")
                .get("/api/v1/meters/" + aggregation.toLowerCase(Locale.ROOT) + "/query")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath(JsonPathConfig.jsonPathConfig().numberReturnType(NumberReturnType.BIG_DECIMAL));
        var answer = new TreeMap<String, BigDecimal>();
        // Once: each look by a path of its own takes milliseconds.
        for (var row : rows.<Map<String, Object>>getList("data")) {
            answer.put(
                    row.get("windowStart") + " " + ((Map<?, ?>) row.get("groupBy")).get("model"),
                    plain(new BigDecimal(row.get("value").toString())));
        }
        return withoutNothing(answer, aggregation);
    }

    /** What was all voided is a row of 0 if it is a series, and none if it is a cell. */
    private static Map<String, BigDecimal> withoutNothing(Map<String, BigDecimal> answer, String aggregation) {
        if (aggregation.equals("COUNT") || aggregation.equals("SUM")) {
            answer.values().removeIf(value -> value.signum() == 0);
        }
        return answer;
    }

    private static Map<String, BigDecimal> expected(List<Sent> left, String aggregation, WindowSize size, ZoneId zone) {
        var expected = left.stream()
                .collect(Collectors.groupingBy(
                        sent -> size.floor(sent.time(), zone) + " " + sent.model(),
                        TreeMap::new,
                        Collectors.collectingAndThen(Collectors.toList(), group -> plain(of(group, aggregation)))));
        return withoutNothing(expected, aggregation);
    }

    private static BigDecimal of(List<Sent> group, String aggregation) {
        var values = group.stream().map(Sent::value).toList();
        var sum = values.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
        var count = BigDecimal.valueOf(group.size());
        return switch (aggregation) {
            case "COUNT" -> count;
            case "SUM" -> sum;
            case "AVG" -> sum.divide(count, 18, RoundingMode.HALF_UP);
            case "MIN" -> values.stream().min(Comparator.naturalOrder()).orElseThrow();
            case "MAX" -> values.stream().max(Comparator.naturalOrder()).orElseThrow();
            case "LATEST" ->
                group.stream()
                        .max(Comparator.comparing(Sent::time))
                        .orElseThrow()
                        .value();
            default ->
                BigDecimal.valueOf(group.stream().map(Sent::word).distinct().count());
        };
    }

    private static BigDecimal plain(BigDecimal value) {
        return value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
    }

    /** The test's stack holds forty values in a cell. */
    @Test
    void saysAtLeastOnceACellOfDifferentValuesIsFull() {
        withMeter("UNIQUE_COUNT");
        sendWords(0, 50);
        await().atMost(WAIT).untilAsserted(() -> client.request()
                .get("/api/v1/meters/unique_count/query")
                .then()
                .body("data[0].value", is(50))
                .body("data[0].atLeast", nullValue()));

        sendWords(40, 60);

        await().atMost(WAIT).untilAsserted(() -> client.request()
                .get("/api/v1/meters/unique_count/query")
                .then()
                .body("data[0].value", is(50))
                .body("data[0].atLeast", is(true)));
        assertThat(client.request()
                        .accept("text/csv")
                        .get("/api/v1/meters/unique_count/query")
                        .asString()
                        .lines())
                .first()
                .isEqualTo("window_start,window_end,subject,value,at_least");
    }

    private void sendWords(int from, int to) {
        client.send(IntStream.range(from, to)
                .mapToObj(i -> event("seen", "w" + from + "-" + i, "cust", hour, "{\"w\":\"w" + i + "\"}"))
                .toArray(String[]::new));
    }

    @Test
    void saysOfWhichMetersAndTimesMinutesAreKept() {
        withMeter("SUM");
        client.withTokensMeter();
        client.request()
                .queryParam("windowSize", "MINUTE")
                .queryParam(
                        "from",
                        Instant.now()
                                .minus(40, ChronoUnit.DAYS)
                                .truncatedTo(ChronoUnit.MINUTES)
                                .toString())
                .queryParam(
                        "to",
                        Instant.now()
                                .minus(39, ChronoUnit.DAYS)
                                .truncatedTo(ChronoUnit.MINUTES)
                                .toString())
                .get("/api/v1/meters/sum/query")
                .then()
                .statusCode(400)
                .body("type", endsWith("/problems/minutes-not-kept"));
        client.request()
                .queryParam("windowSize", "DAY")
                .queryParam("windowTimeZone", "Asia/Kolkata")
                .queryParam("from", hour.toString())
                .queryParam("to", hour.plusSeconds(7_200).toString())
                .get("/api/v1/meters/tokens/query")
                .then()
                .statusCode(400)
                .body("type", endsWith("/problems/invalid-query"));
    }

    /** Two years of hours lie there, as the planner knows. */
    @Test
    void answersThirtyDaysByTheHourFromARangeOfAnIndex() {
        execute(
                "insert into series select gen_random_uuid(), '%1$s', 's', 'tokens', '{}', hour, 'account', 1, 0 from hours",
                "insert into rollup select 'HOUR', gen_random_uuid(), hour, '%1$s', 's', 'tokens', '{}', 'MAX', 1, 1, 1, 1, true "
                        + "from hours",
                "analyze series",
                "analyze rollup");
        var to = Instant.now().truncatedTo(ChronoUnit.HOURS);
        var from = to.minus(30, ChronoUnit.DAYS);
        var windows = (Windows) Windows.cut(from, to, WindowSize.HOUR, ZoneOffset.UTC);
        for (var aggregation : ALL) {
            var question = new Question(
                    client.tenant(),
                    "tokens",
                    aggregation,
                    true,
                    Optional.of(from),
                    Optional.of(to),
                    Optional.of(WindowSize.HOUR),
                    ZoneOffset.UTC,
                    List.of(),
                    false,
                    List.of(),
                    Map.of());
            var asking = SeriesQueries.asking(question, question.source(Grain.HOUR), windows);

            var plan = new StringBuilder();
            pool.preparedQuery("explain " + asking.sql())
                    .execute(asking.values())
                    .await()
                    .atMost(WAIT)
                    .forEach(row -> plan.append(row.getString(0)).append('\n'));

            assertThat(plan.toString())
                    .as(aggregation)
                    .containsPattern("Index Cond: \\(.*tenant.*meter.*(hour|start) >=")
                    .doesNotContain("Seq Scan on series", "Seq Scan on rollup_hour");
        }
    }

    private void execute(String... statements) {
        for (var statement : statements) {
            var hours = statement.replace(
                    "from hours",
                    "from generate_series(date_trunc('hour', now(), 'UTC') - interval '730 days', now(), '1 hour') as hour");
            pool.query(hours.formatted(client.tenant())).execute().await().atMost(WAIT);
        }
    }

    private void withMeter(String aggregation) {
        var value =
                switch (aggregation) {
                    case "COUNT" -> "";
                    case "UNIQUE_COUNT" -> "\"valueProperty\":\"$.w\",";
                    default -> "\"valueProperty\":\"$.v\",";
                };
        client.withMeter("""
                {"slug":"%s","aggregation":"%s","eventType":"seen",%s"windowSize":"MINUTE","groupBy":{"model":"$.model"}}""".formatted(aggregation.toLowerCase(Locale.ROOT), aggregation, value));
    }

    private long count(String sql) {
        return pool.preparedQuery(sql)
                .execute(Tuple.of(client.tenant()))
                .await()
                .atMost(WAIT)
                .iterator()
                .next()
                .getLong(0);
    }
}
