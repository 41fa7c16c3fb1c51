package io.tallystick.metering.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.metering.gateway.call.Answer.Outcome;
import io.tallystick.metering.gateway.openai.AnswerForm;
import io.tallystick.metering.gateway.openai.Bucket;
import io.tallystick.metering.gateway.openai.PaidRoute;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A stream of Anthropic's events: where its usage is and what ends it. All else is PaidStreamTest's. */
class MessagesStreamTest {
    private static final String START = event(
            "message_start",
            "\"message\":{\"usage\":{\"input_tokens\":9,\"cache_read_input_tokens\":4,\"output_tokens\":1}}");
    private static final String HELLO =
            event("content_block_delta", "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello there\"}");
    private static final String DELTA =
            event("message_delta", "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":5}");
    private static final String STOP = event("message_stop", "\"x\":1");

    private final StreamWorld world = new StreamWorld();

    @BeforeEach
    void asks() {
        world.route = PaidRoute.MESSAGES;
        world.form = AnswerForm.STREAMED_WITH_USAGE;
    }

    @Test
    void takesTheLastOfTheRunningTotalsAndHoldsTheEndBack() {
        world.append = new CompletableFuture<>();
        world.serve();

        world.send(
                START + HELLO + event("message_delta", "\"delta\":{},\"usage\":{\"output_tokens\":2}") + DELTA + STOP);

        assertThat(world.steps).endsWith("append provider_final 9/5");
        assertThat(world.used(Bucket.CACHE_READ)).isEqualTo(4);
        assertThat(world.client.written()).endsWith(DELTA);
        world.append.complete(null);
        assertThat(world.client.written()).endsWith(STOP);
        assertThat(world.outcome()).isEqualTo(Outcome.SERVED);
        assertThat(world.asked).isEqualTo("body");
    }

    @Test
    void chargesTheInputAsToldAndTheOutputAsCountedIfTheClientHangsUp() {
        world.serve();
        world.send(START + HELLO);

        world.client.listener.gone();

        assertThat(world.steps).endsWith("append provider_partial 9/2", "capture");
    }

    @Test
    void countsToolsAndThoughts() {
        world.serve();
        world.send(event("content_block_start", "\"content_block\":{\"type\":\"tool_use\",\"name\":\"find\"}")
                + event("content_block_delta", "\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"a b\"}")
                + event("content_block_delta", "\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"let me\"}"));

        world.upstream.listener.broken();

        assertThat(world.steps).endsWith("append counted 7/5", "capture");
    }

    @Test
    void givesTheHoldBackIfOnlyTheStartCame() {
        world.serve();
        world.send(START);

        world.client.listener.gone();

        assertThat(world.steps).endsWith("release stream_client_gone");
    }

    @Test
    void endsWellWithoutTheLastEventIfTheModelStopped() {
        world.serve();
        world.send(START + HELLO + DELTA);

        world.upstream.listener.end();

        assertThat(world.outcome()).isEqualTo(Outcome.SERVED);
    }

    @Test
    void countsTheOutputOfAServerThatDoesNotTellIt() {
        world.serve();

        world.send(START + HELLO + event("message_delta", "\"delta\":{\"stop_reason\":\"end_turn\"}") + STOP);

        assertThat(world.steps).contains("append provider_partial 9/2");
    }

    @Test
    void keepsTheInputThatWasToldAtTheStartIfTheEndTellsNothing() {
        world.serve();

        world.send(START
                + HELLO
                + event(
                        "message_delta",
                        "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"input_tokens\":0,\"output_tokens\":5}")
                + STOP);

        assertThat(world.steps).contains("append provider_final 9/5");
    }

    @Test
    void hangingUpOnThoughtsThatAreNotShownIsNotFree() {
        world.serve();
        world.send(START + event("content_block_start", "\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\"}"));

        world.client.listener.gone();

        assertThat(world.steps).endsWith("append provider_partial 9/1", "capture");
    }

    private static String event(String type, String members) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + members + "}\n\n";
    }
}
