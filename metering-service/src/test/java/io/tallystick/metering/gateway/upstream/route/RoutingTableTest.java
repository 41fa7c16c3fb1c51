package io.tallystick.metering.gateway.upstream.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.metering.gateway.upstream.route.RoutingTable.Rule;
import io.tallystick.metering.gateway.upstream.route.RoutingTable.Target;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutingTableTest {

    @ParameterizedTest
    @CsvSource({
        "gpt-4o, exact",
        "gpt-4o-mini, long",
        "gpt-3, prefix",
        "gpt-4, prefix",
        "qwen-instruct, suffix",
        "-instruct, suffix",
        "GPT-4o, rest",
        "anything, rest"
    })
    void takesTheRuleThatIsClosest(String model, String upstream) {
        var table = new RoutingTable(List.of(
                rule("*", to("rest")),
                rule("gpt-*", to("prefix")),
                rule("*-instruct", to("suffix")),
                rule("gpt-4o-*", to("long")),
                rule("gpt-4o", to("exact"))));

        assertThat(table.rule(model).orElseThrow().targets().getFirst().upstream())
                .isEqualTo(upstream);
    }

    @Test
    void takesTheFirstOfTwoThatAreAsClose() {
        var table = new RoutingTable(List.of(rule("a*", to("first")), rule("*b", to("second"))));

        assertThat(table.rule("ab").orElseThrow().targets().getFirst().upstream())
                .isEqualTo("first");
    }

    @Test
    void hasNoRuleForWhatNobodyServes() {
        var table = new RoutingTable(List.of(rule("a*z", to("one"))));

        assertThat(table.rule("a")).isEmpty();
        assertThat(table.rule("za")).isEmpty();
        assertThat(table.rule("az")).isPresent();
    }

    @Test
    void doesNotCountACharacterTwice() {
        assertThat(ModelPattern.parse("ab*ba").match("aba")).isEmpty();
        assertThat(ModelPattern.parse("ab*ba").match("abba")).contains("");
    }

    @Test
    void callsTheModelWhatTheUpstreamCallsIt() {
        assertThat(nameOf(rule("gpt", to("one")), "gpt")).isEqualTo("gpt");
        assertThat(nameOf(rule("gpt", renamed("one", "openai/gpt")), "gpt")).isEqualTo("openai/gpt");
        assertThat(nameOf(rule("mine/*", renamed("one", "*")), "mine/x")).isEqualTo("x");
        assertThat(nameOf(rule("*-fast", renamed("one", "vendor/*-turbo")), "x-fast"))
                .isEqualTo("vendor/x-turbo");
        assertThat(nameOf(rule("mine/*", renamed("one", "fixed")), "mine/x")).isEqualTo("fixed");
    }

    @Test
    void drawsByOrderAndThenByWeight() {
        var rule = rule(
                "m",
                new Target("last", 2, 1000, Optional.empty()),
                new Target("rare", 1, 1, Optional.empty()),
                new Target("often", 1, 3, Optional.empty()));
        var random = new Random(7);
        Map<String, Integer> first = new HashMap<>();

        for (int i = 0; i < 4000; i++) {
            var drawn = rule.drawn(random::nextInt);
            assertThat(drawn).hasSize(3).last().isEqualTo(rule.targets().getFirst());
            first.merge(drawn.getFirst().upstream(), 1, Integer::sum);
        }

        assertThat(first.get("often")).isBetween(2850, 3150);
        assertThat(first.get("often") + first.get("rare")).isEqualTo(4000);
    }

    @Test
    void listsModelsByTheNamesThatClientsCallThemBy() {
        var table = new RoutingTable(List.of(
                rule("*", to("one")),
                rule("mine/*", renamed("two", "*")),
                rule("cheap", renamed("two", "x-small"), renamed("one", "y-small")),
                rule("many-*", renamed("two", "fixed")),
                rule("taken", to("two"))));

        assertThat(table.clientNames("one", "m")).containsExactly("m");
        assertThat(table.clientNames("one", "y-small")).containsExactly("cheap", "y-small");
        assertThat(table.clientNames("two", "x-small")).containsExactly("cheap", "mine/x-small");
        assertThat(table.clientNames("two", "m")).containsExactly("mine/m");
        // By that name clients get the other upstream's, or several names would lead to it.
        assertThat(table.clientNames("one", "taken")).isEmpty();
        assertThat(table.clientNames("one", "mine/m")).isEmpty();
        assertThat(table.clientNames("two", "fixed")).containsExactly("mine/fixed");
        assertThat(table.clientNames("three", "m")).isEmpty();
    }

    @Test
    void refusesWhatCannotBeMeant() {
        refused("has two routes", () -> new RoutingTable(List.of(rule("a", to("x")), rule("a", to("y")))));
        refused("named twice", () -> rule("a", to("x"), to("x")));
        refused("name an upstream", () -> rule("a"));
        refused("needs one in the route's", () -> rule("a", renamed("x", "b*")));
        refused("order from 0", () -> new Target("x", -1, 1, Optional.empty()));
        refused("weight from 1", () -> new Target("x", 0, 0, Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "**", "a*b*", "é", "line\nfeed"})
    void refusesAPatternThatNoModelHas(String text) {
        assertThatThrownBy(() -> ModelPattern.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void refused(String says, Runnable made) {
        assertThatThrownBy(made::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(says);
    }

    private static String nameOf(Rule rule, String model) {
        return RoutingTable.name(rule, rule.targets().getFirst(), model);
    }

    private static Rule rule(String model, Target... targets) {
        return new Rule(ModelPattern.parse(model), Stream.of(targets).toList());
    }

    private static Target to(String upstream) {
        return new Target(upstream, 0, 1, Optional.empty());
    }

    private static Target renamed(String upstream, String model) {
        return new Target(upstream, 0, 1, Optional.of(ModelPattern.parse(model)));
    }
}
