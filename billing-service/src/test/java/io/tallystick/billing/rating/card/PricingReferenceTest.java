package io.tallystick.billing.rating.card;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.rating.PeriodCharge;
import io.tallystick.billing.rating.Periods;
import io.tallystick.billing.rating.RateCard;
import io.tallystick.billing.rating.RateCardVersion;
import io.tallystick.billing.rating.SeriesTotals;
import io.tallystick.billing.rating.card.RateCardResource.Document;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The reference of pricing says what the service does: its examples are the test. */
class PricingReferenceTest {
    private static final Path PAGE = Path.of("..", "docs", "reference", "pricing.md");
    private static final ObjectMapper JSON =
            JsonMapper.builder().addModule(new JavaTimeModule()).build();
    private static final Pattern CARD = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);
    private static final Pattern ANSWER = Pattern.compile("Exactly `([0-9/]+)` token units, charged `([0-9]+)`\\.");
    private static final Periods MONTHS = Periods.parse("P1M");

    @ParameterizedTest(name = "{0}")
    @MethodSource("examples")
    void costsWhatThePageSays(String name, String section) {
        // Given
        var card = card(section);
        var usage = rows(section).stream().map(PricingReferenceTest::series).toList();
        var answer = ANSWER.matcher(section);
        assertThat(answer.find()).as("an answer in: " + name).isTrue();

        // When
        var charge = PeriodCharge.of(card, MONTHS.at(usage.getFirst().hour()), usage);

        // Then
        var exact = charge.lines().stream().map(PeriodCharge.Line::cost).reduce(Ratio.ZERO, Ratio::plus);
        assertThat(exact).isEqualTo(ratio(answer.group(1)));
        assertThat(charge.units()).isEqualTo(answer.group(2));
    }

    @Test
    void callsCostWhatThePageSays() {
        var section =
                sections().filter(each -> each.startsWith("Calls")).findFirst().orElseThrow();
        var version = card(section).versions().getFirst();
        assertThat(rows(section)).hasSize(3);

        for (var row : rows(section)) {
            var usage = Map.of("requests", new BigInteger(row.get(2)), "output_text", new BigInteger(row.get(3)));
            var cost = version.costOfCall(row.get(0), row.get(1), usage).orElseThrow();

            assertThat(cost).isEqualTo(ratio(row.get(4)));
            assertThat(cost.ceiling()).isEqualTo(row.get(5));
        }
    }

    static Stream<String[]> examples() {
        var examples = sections()
                .filter(section -> section.startsWith("Example: "))
                .map(section -> new String[] {section.lines().findFirst().orElseThrow(), section})
                .toList();
        assertThat(examples).hasSizeGreaterThan(5);
        return examples.stream();
    }

    private static Stream<String> sections() {
        try {
            return Arrays.stream(Files.readString(PAGE).split("\n## "));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static RateCard card(String section) {
        var versions = CARD.matcher(section)
                .results()
                .map(PricingReferenceTest::version)
                .toList();
        return new RateCard("standard", versions);
    }

    private static RateCardVersion version(MatchResult block) {
        try {
            return JSON.readValue(block.group(1), Document.class).toVersion();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The cells of the section's table, without its head. */
    private static List<List<String>> rows(String section) {
        var rows = new ArrayList<List<String>>();
        section.lines()
                .filter(line -> line.startsWith("| "))
                .skip(1)
                .forEach(line -> rows.add(Arrays.stream(line.substring(1).split("\\|"))
                        .map(String::strip)
                        .toList()));
        return rows;
    }

    private static SeriesTotals series(List<String> row) {
        var dimensions = Arrays.stream(row.get(2).split(" "))
                .filter(each -> !each.isEmpty())
                .map(each -> each.split("="))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        return new SeriesTotals(
                row.get(1), dimensions, Instant.parse(row.get(0)), new BigDecimal(row.get(3)), BigDecimal.ZERO);
    }

    private static Ratio ratio(String text) {
        var parts = (text + "/1").split("/", -1);
        return new Ratio(new BigInteger(parts[0]), new BigInteger(parts[1]));
    }
}
