package io.tallystick.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The alerts that are applied are those that are explained, of metrics that there are. */
class AlertsTest {
    private static final Path OPERATING = Path.of("..", "docs", "operating");
    private static final Pattern ROW = Pattern.compile(
            "^\\| ([^|`]+) \\| `([^`]+)` \\| (\\d+m|–) \\| (yes|in working hours) \\|$", Pattern.MULTILINE);
    private static final Pattern METRIC = Pattern.compile("tallystick_[a-z_]+");

    /** @param period for which it has to last; – when it need not */
    private record Alert(String summary, String expression, String period, boolean wakes) {}

    @Test
    void areThoseOfTheTable() throws IOException {
        var explained = ROW.matcher(Files.readString(OPERATING.resolve("observability.md")))
                .results()
                .map(AlertsTest::explained)
                .toList();

        assertThat(explained).hasSizeGreaterThan(10);
        assertThat(applied()).isEqualTo(explained);
    }

    @Test
    void areOfMetricsThatAreListed() throws IOException {
        var listed = METRIC.matcher(Files.readString(OPERATING.resolve("metrics.md")))
                .results()
                .map(MatchResult::group)
                .toList();

        assertThat(applied()).allSatisfy(alert -> assertThat(
                        METRIC.matcher(alert.expression()).results())
                .isNotEmpty()
                .allSatisfy(metric -> assertThat(listed).contains(metric.group())));
    }

    private static Alert explained(MatchResult row) {
        return new Alert(row.group(1), row.group(2), row.group(3), row.group(4).equals("yes"));
    }

    private static List<Alert> applied() throws IOException {
        var rules =
                Rendered.of("production").one("PrometheusRule", "tallystick").at("/spec/groups/0/rules");
        return Resource.list(rules).stream().map(AlertsTest::applied).toList();
    }

    private static Alert applied(JsonNode rule) {
        var summary = rule.at("/annotations/summary").asText();
        return new Alert(
                Character.toLowerCase(summary.charAt(0)) + summary.substring(1),
                rule.path("expr").asText(),
                rule.path("for").asText("–"),
                rule.at("/labels/severity").asText().equals("critical"));
    }
}
