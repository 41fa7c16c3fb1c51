package io.tallystick.metering.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.metering.gateway.call.ModelServer.Standing;
import io.tallystick.metering.gateway.upstream.Door.Ending;
import io.tallystick.metering.gateway.upstream.route.ModelPattern;
import io.tallystick.metering.gateway.upstream.route.RoutingTable;
import io.tallystick.metering.gateway.upstream.route.RoutingTable.Rule;
import io.tallystick.metering.gateway.upstream.route.RoutingTable.Target;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Where a call goes, and what its end means for those that come after it. */
class UpstreamsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String MESSAGES = "/v1/messages";
    private static final Breaker.Limits LIMITS =
            new Breaker.Limits(2, 100, 100, Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(70));

    private Instant now = Instant.parse("2026-11-22T10:00:00Z");
    private final Door first = door("first", ApiKind.OPENAI, 2);
    private final Door second = door("second", ApiKind.OPENAI, 2);
    private final Door third = door("third", ApiKind.ANTHROPIC, 2);
    private final Upstreams upstreams = upstreams(3);

    @Test
    void triesEachOnceInOrder() {
        var choice = choose("m");

        assertThat(choice.next(now).orElseThrow().upstream().name()).isEqualTo("first");
        assertThat(choice.next(now).orElseThrow().upstream().name()).isEqualTo("second");
        assertThat(choice.next(now)).isEmpty();
    }

    @Test
    void triesNoMoreThanAllowed() {
        var choice = upstreams(1).choose(CHAT, "m", now.plusSeconds(60)).orElseThrow();

        assertThat(choice.next(now)).isPresent();
        assertThat(choice.next(now)).isEmpty();
        assertThat(second.calls()).isZero();
    }

    @Test
    void triesNothingAfterTheCallsTimeIsOver() {
        var choice = choose("m");
        assertThat(choice.next(now)).isPresent();

        assertThat(choice.next(now.plusSeconds(60))).isEmpty();
        assertThat(second.calls()).isZero();
    }

    @Test
    void waitsNoLongerThanTheCallHasAndSaysWhoseTimeItIs() {
        var choice = choose("m");

        var whole = choice.next(now).orElseThrow();
        assertThat(whole.longest()).isEqualTo(Duration.ofSeconds(30));
        assertThat(whole.wholeTime()).isTrue();
        var cut = choice.next(now.plusSeconds(50)).orElseThrow();
        assertThat(cut.longest()).isEqualTo(Duration.ofSeconds(10));
        assertThat(cut.wholeTime()).isFalse();
    }

    @Test
    void passesOverWhatIsFullAndTakesItAgainAfterwards() {
        var one = choose("m").next(now).orElseThrow();
        choose("m").next(now);
        assertThat(choose("m").next(now).orElseThrow().upstream().name()).isEqualTo("second");

        one.pass().ended(Ending.ANSWERED, Optional.empty(), now);
        one.pass().ended(Ending.ANSWERED, Optional.empty(), now);

        assertThat(first.calls()).isEqualTo(1);
        assertThat(choose("m").next(now).orElseThrow().upstream().name()).isEqualTo("first");
    }

    @ParameterizedTest
    @EnumSource(
            value = Ending.class,
            names = {"BUSY", "NO_ANSWER", "UNREACHABLE", "TIMED_OUT", "BROKEN"})
    void leavesAnUpstreamAloneThatFails(Ending ending) {
        end("m", ending);
        end("m", ending);

        assertThat(first.breakerState(now)).isEqualTo(2);
        assertThat(choose("m").next(now).orElseThrow().upstream().name()).isEqualTo("second");
    }

    @ParameterizedTest
    @EnumSource(
            value = Ending.class,
            names = {"ANSWERED", "REFUSED", "CUT_SHORT", "TOO_LARGE"})
    void asksOnWhereTheUpstreamIsNotToBlame(Ending ending) {
        for (int i = 0; i < 10; i++) {
            end("m", ending);
        }

        assertThat(first.breakerState(now)).isZero();
    }

    @Test
    void attackRequestsThatMakeAModelServerStumbleTakeItFromNobody() {
        for (int i = 0; i < 100; i++) {
            end("m", Ending.ofStatus(500));
        }

        assertThat(choose("m").next(now).orElseThrow().upstream().name()).isEqualTo("first");
    }

    @ParameterizedTest
    @CsvSource({
        "200, ANSWERED",
        "302, ANSWERED",
        "400, REFUSED",
        "500, REFUSED",
        "429, BUSY",
        "503, BUSY",
        "529, BUSY",
        "502, NO_ANSWER",
        "504, NO_ANSWER"
    })
    void readsAStatus(int status, Ending ending) {
        assertThat(Ending.ofStatus(status)).isEqualTo(ending);
    }

    @Test
    void letsOneProbeInOnceTheBreakerWasOpenLongEnough() {
        end("m", Ending.UNREACHABLE);
        end("m", Ending.UNREACHABLE);
        now = now.plusSeconds(10);

        var probe = choose("m").next(now).orElseThrow();
        assertThat(probe.upstream().name()).isEqualTo("first");
        assertThat(choose("m").next(now).orElseThrow().upstream().name()).isEqualTo("second");
        probe.pass().ended(Ending.ANSWERED, Optional.empty(), now);

        assertThat(first.breakerState(now)).isZero();
    }

    @Test
    void waitsAsLongAsABusyUpstreamAsks() {
        choose("only").next(now).orElseThrow().pass().ended(Ending.BUSY, Optional.of(Duration.ofSeconds(20)), now);

        assertThat(upstreams.standing(CHAT, "only", now)).isEqualTo(new Standing.Busy(Duration.ofSeconds(20)));
        assertThat(upstreams.standing(CHAT, "only", now.plusSeconds(15)))
                .isEqualTo(new Standing.Busy(Duration.ofSeconds(5)));
        assertThat(upstreams.standing(CHAT, "only", now.plusSeconds(20))).isEqualTo(Standing.Open.OPEN);
        assertThat(upstreams.standing(CHAT, "m", now)).isEqualTo(Standing.Open.OPEN);
    }

    @Test
    void saysThatAllAreBusyIfAllAreFull() {
        choose("only").next(now);
        assertThat(upstreams.standing(CHAT, "only", now)).isEqualTo(Standing.Open.OPEN);
        choose("only").next(now);

        assertThat(upstreams.standing(CHAT, "only", now)).isEqualTo(new Standing.Busy(Duration.ofSeconds(2)));
        assertThat(choose("only").next(now)).isEmpty();
    }

    @Test
    void sendsNoPathToWhoDoesNotSpeakIt() {
        assertThat(upstreams.standing(MESSAGES, "m", now)).isEqualTo(Standing.NotServed.NOT_SERVED);
        assertThat(upstreams.standing(CHAT, "nobody's", now)).isEqualTo(Standing.NotServed.NOT_SERVED);
        assertThat(upstreams
                        .choose(MESSAGES, "both", now.plusSeconds(60))
                        .orElseThrow()
                        .next(now)
                        .orElseThrow()
                        .upstream()
                        .name())
                .isEqualTo("third");
        assertThat(choose("both").next(now).orElseThrow().upstream().name()).isEqualTo("second");
    }

    @Test
    void asksTheOnlyUpstreamWhateverBecameOfTheCallsBefore() {
        var door = Door.withoutBreaker(first.upstream());
        var alone = new Upstreams(List.of(door), table(rule("*", to("first", 0))), 3, _ -> 0);
        for (int i = 0; i < 100; i++) {
            alone.choose(CHAT, "m", now.plusSeconds(60))
                    .orElseThrow()
                    .next(now)
                    .orElseThrow()
                    .pass()
                    .ended(Ending.BUSY, Optional.of(Duration.ofHours(1)), now);
        }

        assertThat(alone.standing(CHAT, "m", now)).isEqualTo(Standing.Open.OPEN);
        assertThat(alone.only()).contains(door);
        assertThat(upstreams.only()).isEmpty();
    }

    @Test
    void takesNoPlaceAndNoBlameForWhatIsNoCall() {
        for (int i = 0; i < 100; i++) {
            first.aside().ended(Ending.UNREACHABLE, Optional.empty(), now);
        }

        assertThat(first.breakerState(now)).isZero();
        assertThat(first.calls()).isZero();
    }

    @Test
    void knowsEachUpstreamThatARouteNames() {
        assertThatThrownBy(() -> new Upstreams(List.of(first), table(rule("*", to("frist", 0))), 3, _ -> 0))
                .hasMessageContaining("no upstream frist")
                .hasMessageContaining("first");
        assertThat(new Upstreams(List.of(first, second), table(rule("*", to("first", 0))), 3, _ -> 0).idle())
                .containsExactly("second");
    }

    private void end(String model, Ending ending) {
        choose(model).next(now).orElseThrow().pass().ended(ending, Optional.empty(), now);
    }

    private Choice choose(String model) {
        return upstreams.choose(CHAT, model, now.plusSeconds(60)).orElseThrow();
    }

    private Upstreams upstreams(int mostTries) {
        return new Upstreams(
                List.of(first, second, third),
                table(
                        rule("m", to("first", 0), to("second", 1)),
                        rule("only", to("first", 0)),
                        rule("both", to("third", 0), to("second", 1))),
                mostTries,
                _ -> 0);
    }

    private static RoutingTable table(Rule... rules) {
        return new RoutingTable(List.of(rules));
    }

    private static Rule rule(String model, Target... targets) {
        return new Rule(ModelPattern.parse(model), Stream.of(targets).toList());
    }

    private static Target to(String upstream, int order) {
        return new Target(upstream, order, 1, Optional.empty());
    }

    private static Door door(String name, ApiKind kind, int mostCalls) {
        var upstream = new Upstream(
                name,
                kind,
                URI.create("http://" + name),
                Optional.empty(),
                Duration.ofSeconds(3),
                Duration.ofSeconds(30),
                1024,
                mostCalls);
        return Door.of(upstream, LIMITS);
    }
}
