package io.tallystick.metering.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.metering.gateway.call.Answer;
import io.tallystick.metering.gateway.call.Answer.Outcome;
import io.tallystick.metering.gateway.call.Capture;
import io.tallystick.metering.gateway.call.Headers;
import io.tallystick.metering.gateway.call.ModelAnswer;
import io.tallystick.metering.gateway.call.ModelOpening;
import io.tallystick.metering.gateway.openai.AnswerForm;
import io.tallystick.metering.gateway.openai.Bucket;
import io.tallystick.metering.gateway.openai.UsageSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream from its head to its charge, and what becomes of it when anything fails on the way. */
class PaidStreamTest {
    private static final String HELLO =
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello there\"}}]}\n\n";
    private static final String STOP =
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    private static final String USAGE =
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":5}}\n\n";
    private static final String DONE = "data: [DONE]\n\n";

    private final StreamWorld world = new StreamWorld();

    @Test
    void passesBytesOnRecordsCapturesAndOnlyThenEnds() {
        world.append = new CompletableFuture<>();
        world.serve();

        world.send(HELLO + STOP);
        assertThat(world.client.written()).isEqualTo(HELLO + STOP);
        world.send(USAGE + DONE);
        assertThat(world.steps).containsExactly("authorize", "open", "append provider_final 9/5");
        assertThat(world.client.written()).as("the end waits for the record").isEqualTo(HELLO + STOP);

        world.append.complete(null);
        assertThat(world.client.written()).isEqualTo(HELLO + STOP + DONE);
        assertThat(world.client.ended).isTrue();
        assertThat(world.steps).endsWith("capture");
        assertThat(world.outcome()).isEqualTo(Outcome.SERVED);
        assertThat(world.client.payment).isEqualTo(StreamWorld.ANNOUNCED);
    }

    @Test
    void showsTheUsageToWhoAskedForIt() {
        world.form = AnswerForm.STREAMED_WITH_USAGE;
        world.serve();

        world.send(HELLO + STOP + USAGE + DONE);

        assertThat(world.client.written()).isEqualTo(HELLO + STOP + USAGE + DONE);
        assertThat(world.asked).isEqualTo("body");
    }

    @Test
    void asksForTheUsageThatTheClientDidNotAskFor() {
        world.serve();

        assertThat(world.asked).isEqualTo("body asking for usage");
    }

    @Test
    void countsWhatTheModelServerDidNot() {
        world.serve();

        world.send(HELLO + STOP + DONE);

        assertThat(world.used(Bucket.OUTPUT_TEXT)).isEqualTo(2);
        assertThat(world.used(Bucket.INPUT_UNCACHED)).isEqualTo(StreamWorld.PROMPT_TOKENS);
        assertThat(world.usage.source()).isEqualTo(UsageSource.COUNTED);
    }

    @Test
    void takesItsEstimateWhereThePromptCannotBeCounted() {
        world.promptTokens = StreamWorld.away();
        world.serve();

        world.send(HELLO + STOP + DONE);

        assertThat(world.used(Bucket.INPUT_UNCACHED)).isEqualTo(3);
        assertThat(world.outcome()).isEqualTo(Outcome.SERVED);
    }

    @Test
    void countsToolCallsAndThoughts() {
        world.serve();

        world.send("data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"let me see\",\"tool_calls\":"
                + "[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"find\","
                + "\"arguments\":\"a b\"}}]}}]}\n\n" + STOP + DONE);

        assertThat(world.used(Bucket.OUTPUT_REASONING)).isEqualTo(3);
        assertThat(world.used(Bucket.OUTPUT_TEXT)).isEqualTo(3);
    }

    @Test
    void neverCountsMoreThanTheCallCouldUse() {
        world.serve();

        for (int i = 0; i < 60; i++) {
            world.send(HELLO);
        }
        world.upstream.listener.broken();

        assertThat(world.used(Bucket.OUTPUT_TEXT)).isEqualTo(StreamWorld.MOST_OUTPUT);
    }

    @Test
    void endsWellWithoutTheLastEventIfTheModelFinished() {
        world.serve();

        world.send(HELLO + STOP);
        world.upstream.listener.end();

        assertThat(world.outcome()).isEqualTo(Outcome.SERVED);
    }

    @Nested
    class GivenAClientThatHangsUp {
        @Test
        void cutsTheModelServerAndChargesWhatItGot() {
            world.serve();
            world.send(HELLO);

            world.client.listener.gone();
            world.send(HELLO);

            assertThat(world.upstream.cut).isTrue();
            assertThat(world.used(Bucket.OUTPUT_TEXT)).isEqualTo(2);
            assertThat(world.steps).endsWith("append counted 7/2", "capture");
            assertThat(world.outcome()).isEqualTo(Outcome.CLIENT_GONE);
        }

        @Test
        void chargesWhatTheModelServerSaidSoFar() {
            world.serve();
            world.send(HELLO.replace("]}\n", "],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1}}\n"));

            world.client.listener.gone();

            assertThat(world.steps).endsWith("append provider_partial 9/1", "capture");
        }

        @Test
        void givesTheHoldBackIfItGotNothing() {
            world.serve();
            world.send(": keep-alive\n\n");

            world.client.listener.gone();

            assertThat(world.steps).containsExactly("authorize", "open", "release stream_client_gone");
        }

        @Test
        void asksForNothingIfItIsGoneAlready() {
            world.client.isGone = true;
            world.serve();

            assertThat(world.upstream.cut).isTrue();
            assertThat(world.upstream.listener).isNull();
            assertThat(world.steps).endsWith("release stream_client_gone");
        }
    }

    @Nested
    class GivenAModelServerThatFails {
        @Test
        void chargesWhatWasPassedOnAndSaysSo() {
            world.serve();
            world.send(HELLO);

            world.upstream.listener.broken();

            assertThat(world.steps).endsWith("append counted 7/2", "capture");
            assertThat(world.client.error.code()).isEqualTo("upstream_stream_broken");
            assertThat(world.client.error.message()).contains("What arrived is charged");
            assertThat(world.outcome()).isEqualTo(Outcome.UPSTREAM_BROKE);
        }

        @Test
        void takesAnEndInTheMiddleForAFailure() {
            world.serve();
            world.send(HELLO);

            world.upstream.listener.end();

            assertThat(world.outcome()).isEqualTo(Outcome.UPSTREAM_BROKE);
        }

        @Test
        void givesTheHoldBackIfNothingCame() {
            world.serve();

            world.upstream.listener.broken();

            assertThat(world.steps).endsWith("release stream_upstream_broken");
            assertThat(world.client.error.message()).contains("Nothing was charged");
            assertThat(world.client.settled).isEqualTo(StreamWorld.NO_CHARGE);
        }

        @Test
        void givesTheHoldBackIfItDoesNotStream() {
            world.opening = new ModelOpening.Whole(ModelAnswer.Failed.TIMED_OUT);
            world.serve();

            var answer = (Answer.Failed) world.answer.join();
            assertThat(answer.error().code()).isEqualTo("upstream_timeout");
            assertThat(world.steps).endsWith("release upstream_failed");
        }

        @Test
        void anEventWithoutEndIsCut() {
            world.serve();
            world.send(HELLO);

            world.send("data: " + "x".repeat(2000));

            assertThat(world.outcome()).isEqualTo(Outcome.UPSTREAM_BROKE);
            assertThat(world.upstream.cut).isTrue();
        }

        @Test
        void isCutWhenItFallsSilent() {
            world.serve();
            world.send(HELLO);

            world.pass(Duration.ofSeconds(59));
            assertThat(world.upstream.cut).isFalse();
            world.pass(Duration.ofSeconds(1));

            assertThat(world.outcome()).isEqualTo(Outcome.UPSTREAM_BROKE);
        }
    }

    @Nested
    class GivenAClientThatDoesNotRead {
        @Test
        void letsTheModelServerWait() {
            world.client.full = true;
            world.serve();
            world.send(HELLO);
            assertThat(world.upstream.paused).isTrue();

            world.client.full = false;
            world.client.listener.drained();

            assertThat(world.upstream.paused).isFalse();
        }

        @Test
        void isCutAfterAWhileAndPays() {
            world.client.full = true;
            world.serve();
            world.send(HELLO);

            world.pass(Duration.ofSeconds(30));

            assertThat(world.outcome()).isEqualTo(Outcome.CLIENT_GONE);
            assertThat(world.client.cut).isTrue();
            assertThat(world.steps).endsWith("append counted 7/2", "capture");
        }
    }

    @Nested
    class GivenALongStream {
        @Test
        void renewsItsHold() {
            world.serve();
            for (int i = 0; i < 30; i++) {
                world.pass(Duration.ofSeconds(20));
                world.send(HELLO);
            }

            assertThat(world.steps).filteredOn("renew"::equals).hasSizeBetween(6, 8);
            assertThat(world.client.ended).isFalse();
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void isCutAndChargedBeforeAHoldEndsThatIsNotRenewed(boolean away) {
            world.renewal =
                    away ? StreamWorld.away() : CompletableFuture.completedStage(StreamWorld.NOW.plusSeconds(180));
            world.serve();
            for (int i = 0; i < 9; i++) {
                world.send(HELLO);
                world.pass(Duration.ofSeconds(19));
            }
            assertThat(world.client.error).isNull();

            world.pass(Duration.ofSeconds(5));

            assertThat(world.client.error.code()).isEqualTo("stream_cut");
            assertThat(world.outcome()).isEqualTo(Outcome.CUT);
            assertThat(world.steps).endsWith("append counted 7/18", "capture");
        }

        @Test
        void isCutAndChargedBeforeTheProcessEnds() {
            world.serve();
            world.send(HELLO);

            world.streams.endBy(StreamWorld.NOW.plusSeconds(30));
            world.pass(Duration.ofSeconds(29));
            assertThat(world.client.ended).isFalse();
            world.pass(Duration.ofSeconds(1));

            assertThat(world.outcome()).isEqualTo(Outcome.CUT);
            assertThat(world.steps).endsWith("append counted 7/2", "capture");
        }

        @Test
        void endsAtItsOwnLimit() {
            world.serve();
            for (int i = 0; i < 60; i++) {
                world.send(HELLO);
                world.pass(Duration.ofSeconds(30));
            }

            assertThat(world.outcome()).isEqualTo(Outcome.CUT);
        }
    }

    @Nested
    class GivenNoRecordOfTheUsage {
        @Test
        void endsWithAnErrorAndChargesNothing() {
            world.append = CompletableFuture.failedFuture(new IllegalStateException("no broker"));
            world.serve();

            world.send(HELLO + STOP + USAGE + DONE);

            assertThat(world.client.written()).doesNotContain("[DONE]");
            assertThat(world.client.error.code()).isEqualTo("usage_not_recorded");
            assertThat(world.steps).endsWith("release usage_not_recorded");
            assertThat(world.outcome()).isEqualTo(Outcome.NOT_RECORDED);
        }

        @Test
        void endsWellIfBillingChargedFromTheRecordAllTheSame() {
            world.append = CompletableFuture.failedFuture(new IllegalStateException("no broker"));
            world.release = CompletableFuture.completedStage(new Capture.Closed(false, Headers.NONE));
            world.serve();

            world.send(HELLO + STOP + USAGE + DONE);

            assertThat(world.client.written()).endsWith(DONE);
            assertThat(world.outcome()).isEqualTo(Outcome.SERVED);
        }

        @Test
        void saysThatNobodyKnowsIfBillingIsAwayToo() {
            world.append = CompletableFuture.failedFuture(new IllegalStateException("no broker"));
            world.release = StreamWorld.away();
            world.serve();

            world.send(HELLO + STOP + USAGE + DONE);

            assertThat(world.client.error.code()).isEqualTo("charge_unknown");
            assertThat(world.outcome()).isEqualTo(Outcome.CHARGE_UNKNOWN);
        }
    }

    @Test
    void leavesTheCaptureToTheRecordWhileBillingIsAway() {
        world.capture = StreamWorld.away();
        world.serve();

        world.send(HELLO + STOP + USAGE + DONE);

        assertThat(world.client.written()).endsWith(DONE);
        assertThat(world.outcome()).isEqualTo(Outcome.CAPTURED_LATER);
    }
}
