package io.tallystick.metering.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.events.DomainEvent;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The example on the page of insight: what it says is what is answered. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class RetentionReferenceTest {
    private static final Path PAGE = Path.of("../docs/reference/insight.md");

    private final MeteringClient client = MeteringClient.ofNewTenant();

    @Inject
    Told told;

    @Test
    void answersTheExampleOfThePage() throws IOException {
        var page = Files.readString(PAGE);
        var charges = table(page, "| client | 2026-01");
        told.tell(events(charges).toArray(DomainEvent[]::new));

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(cohorts()).isEqualTo(table(page, "| cohort | size")));
        assertThat(periods()).isEqualTo(table(page, "| period | active"));
        assertThat(csv()).isEqualTo(table(page, "| cohort | size"));
    }

    private List<DomainEvent> events(List<List<String>> charges) {
        var events = new ArrayList<DomainEvent>();
        for (var row : charges) {
            for (int month = 1; month < row.size(); month++) {
                if (!row.get(month).isEmpty()) {
                    var time = Instant.parse("2026-0" + month + "-17T11:22:33Z");
                    var charged = Long.parseLong(row.get(month), 10);
                    var used = Long.toString(charged / 10);
                    // In two parts, one of them by an account.
                    events.add(Told.captured(client.tenant(), row.getFirst(), "m1", charged - 1, time));
                    events.add(Told.account(client.tenant(), row.getFirst(), Span.MONTH.floor(time), 1 + month, month));
                    events.add(Told.used(client.tenant(), row.getFirst(), "requests", "m1", time, used, "0"));
                }
            }
        }
        return events;
    }

    private List<List<String>> cohorts() {
        List<Map<String, Object>> cohorts = answer().getList("cohorts");
        return cohorts.stream()
                .flatMap(cohort -> ((List<?>) cohort.get("periods"))
                        .stream()
                                .map(Map.class::cast)
                                .map(kept -> texts(
                                        month(cohort.get("start")),
                                        cohort.get("size"),
                                        month(kept.get("start")),
                                        kept.get("active"),
                                        kept.get("activeShare"),
                                        kept.get("revenue"),
                                        kept.get("revenueShare"),
                                        kept.get("used"),
                                        kept.get("usedShare"))))
                .toList();
    }

    private List<List<String>> periods() {
        List<Map<String, Object>> periods = answer().getList("periods");
        assertThat(periods).allMatch(period -> Boolean.TRUE.equals(period.get("complete")));
        return periods.stream()
                .map(period -> texts(
                        month(period.get("start")),
                        period.get("active"),
                        period.get("first"),
                        period.get("returning"),
                        period.get("kept"),
                        period.get("churned"),
                        period.get("revenue"),
                        period.get("netRevenueRetention")))
                .toList();
    }

    private io.restassured.path.json.JsonPath answer() {
        return client.request()
                .get("/v1/insight/retention?periods=4&until=2026-04-30")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private List<List<String>> csv() {
        var csv = client.request()
                .accept("text/csv")
                .get("/v1/insight/retention?periods=4&until=2026-04-30&period=MONTH")
                .asString();
        return csv.lines()
                .skip(1)
                .map(line -> Arrays.asList(line.split(",", -1)))
                .map(line -> texts(
                        month(line.get(0)),
                        line.get(1),
                        month(line.get(2)),
                        line.get(3),
                        line.get(4),
                        line.get(5),
                        line.get(6),
                        line.get(7),
                        line.get(8)))
                .toList();
    }

    private static String month(Object time) {
        return time.toString().substring(0, 7);
    }

    private static List<String> texts(Object... values) {
        return Stream.of(values)
                .map(value -> value == null ? "" : value.toString())
                .toList();
    }

    /** The rows of the table that begins so, without its head. */
    private static List<List<String>> table(String page, String head) {
        var lines = page.substring(page.indexOf("\n" + head) + 1).lines().toList();
        return lines.stream()
                .takeWhile(line -> line.startsWith("|"))
                .skip(2)
                .map(line ->
                        Arrays.stream(line.split("\\|", -1)).map(String::strip).toList())
                .map(cells -> cells.subList(1, cells.size() - 1))
                .toList();
    }
}
