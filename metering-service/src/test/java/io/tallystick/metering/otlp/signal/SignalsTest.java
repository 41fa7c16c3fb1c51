package io.tallystick.metering.otlp.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.metering.otlp.signal.Point.Temporality;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read of OTLP's requests, in both encodings alike, and what usage it tells of. */
class SignalsTest {
    private static final String TRACE = "5b8efff798038103d269b633813fc60c";
    private static final String SPAN = "eee19b7ec3c1b174";

    @Test
    void readsTheSameSpanInBothEncodings() throws MalformedException {
        var expected = new Span(
                TRACE,
                SPAN,
                1_544_712_661_000_000_000L,
                Map.of("service.name", "shop"),
                Map.of("gen_ai.usage.input_tokens", "12", "gen_ai.request.model", "m", "flag", "true", "share", "0.5"));

        assertThat(ProtoSignals.spans(protoTraces())).containsExactly(expected);
        assertThat(new JsonSignals().spans("""
                {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
                 "scopeSpans":[{"scope":{"name":"x"},"spans":[{"traceId":"5B8EFFF798038103D269B633813FC60C",
                 "spanId":"EEE19B7EC3C1B174","name":"chat","kind":3,"endTimeUnixNano":"1544712661000000000","unknown":[1],
                 "attributes":[{"key":"gen_ai.usage.input_tokens","value":{"intValue":"12"}},
                 {"key":"gen_ai.request.model","value":{"stringValue":"m"}},{"key":"flag","value":{"boolValue":true}},
                 {"key":"share","value":{"doubleValue":0.5}},
                 {"key":"list","value":{"arrayValue":{"values":[{"intValue":1}]}}}],"status":{}}]}]}]}
                """.getBytes(StandardCharsets.UTF_8)))
                .containsExactly(expected);
    }

    private static byte[] protoTraces() {
        var span = new Proto()
                .hex(1, TRACE)
                .hex(2, SPAN)
                .text(5, "chat")
                .number(6, 3)
                .fixed(7, 1)
                .fixed(8, 1_544_712_661_000_000_000L)
                .attribute(9, "gen_ai.usage.input_tokens", 12)
                .attribute(9, "gen_ai.request.model", "m")
                .in(9, new Proto().text(1, "flag").in(2, new Proto().number(2, 1)))
                .in(9, new Proto().text(1, "share").in(2, new Proto().decimal(4, 0.5)))
                .in(
                        9,
                        new Proto()
                                .text(1, "list")
                                .in(2, new Proto().in(5, new Proto().in(1, new Proto().number(3, 1)))))
                .in(15, new Proto().number(3, 1));
        return new Proto()
                .in(
                        1,
                        new Proto()
                                // The scope before the resource: fields come in any order.
                                .in(2, new Proto().in(2, span).in(1, new Proto().text(1, "x")))
                                .in(1, new Proto().attribute(1, "service.name", "shop")))
                .toBytes();
    }

    @Test
    void readsTheSamePointsInBothEncodings() throws MalformedException {
        var sum = new Proto().fixed(2, 5).fixed(3, 9).fixed(6, 41).attribute(7, "gen_ai.token.type", "input");
        var histogram = new Proto()
                .fixed(2, 5)
                .fixed(3, 9)
                .fixed(4, 2)
                .decimal(5, 1500)
                .attribute(9, "gen_ai.token.type", "output");
        var nothing = new Proto().fixed(3, 9).number(10, 1).decimal(5, 7);
        var proto = new Proto()
                .in(
                        1,
                        new Proto()
                                .in(
                                        2,
                                        new Proto()
                                                .in(
                                                        2,
                                                        new Proto()
                                                                .text(1, "a")
                                                                .in(
                                                                        7,
                                                                        new Proto()
                                                                                .in(1, sum)
                                                                                .number(2, 2)
                                                                                .number(3, 1)))
                                                .in(
                                                        2,
                                                        new Proto()
                                                                .text(1, "b")
                                                                .in(
                                                                        9,
                                                                        new Proto()
                                                                                .in(1, histogram)
                                                                                .in(1, nothing)
                                                                                .number(2, 1)))
                                                .in(
                                                        2,
                                                        new Proto()
                                                                .text(1, "falls")
                                                                .in(
                                                                        7,
                                                                        new Proto()
                                                                                .in(1, sum)
                                                                                .number(2, 2)))
                                                .in(
                                                        2,
                                                        new Proto()
                                                                .text(1, "gauge")
                                                                .in(5, new Proto().in(1, sum)))
                                                .in(1, new Proto().text(1, "scope"))))
                .toBytes();
        var expected = List.of(
                point("a", Temporality.CUMULATIVE, 5, Optional.of("41"), Map.of("gen_ai.token.type", "input")),
                point("b", Temporality.DELTA, 5, Optional.of("1500"), Map.of("gen_ai.token.type", "output")),
                point("b", Temporality.DELTA, 0, Optional.empty(), Map.of()));

        assertThat(ProtoSignals.points(proto)).isEqualTo(expected);
        assertThat(new JsonSignals().points("""
                {"resourceMetrics":[{"scopeMetrics":[{"scope":{"name":"scope"},"metrics":[
                 {"name":"a","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[{"startTimeUnixNano":"5",
                  "timeUnixNano":9,"asInt":"41","attributes":[{"key":"gen_ai.token.type","value":{"stringValue":"input"}}]}]}},
                 {"name":"b","histogram":{"aggregationTemporality":1,"dataPoints":[{"startTimeUnixNano":"5","timeUnixNano":"9",
                  "count":2,"sum":1.5e3,"attributes":[{"key":"gen_ai.token.type","value":{"stringValue":"output"}}]},
                  {"timeUnixNano":"9","sum":7,"flags":1}]}},
                 {"name":"falls","sum":{"aggregationTemporality":2,"dataPoints":[{"timeUnixNano":"9","asInt":"41"}]}},
                 {"name":"gauge","gauge":{"dataPoints":[{"timeUnixNano":"9","asInt":"41"}]}}]}]}]}
                """.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(expected);
    }

    private static Point point(
            String name, Temporality temporality, long start, Optional<String> value, Map<String, String> attributes) {
        return new Point(Map.of(), "scope", name, temporality, start, 9, value, attributes);
    }

    @Test
    void truncatedOrRandomBytesAreMalformedAndNothingElse() {
        var whole = protoTraces();
        var random = new Random(42);
        for (int length = 0; length < whole.length; length++) {
            read(Arrays.copyOf(whole, length));
            var spoiled = whole.clone();
            spoiled[length] = (byte) random.nextInt();
            read(spoiled);
        }
    }

    private static void read(byte[] bytes) {
        try {
            ProtoSignals.spans(bytes);
            ProtoSignals.points(bytes);
        } catch (MalformedException e) {
            assertThat(e).hasMessageNotContainingAny("null");
        }
    }

    @Test
    void lengthBeyondTheMessageTakesNoMemory() {
        var gigabytes = new byte[] {0x0A, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x07};

        assertThatThrownBy(() -> ProtoSignals.spans(gigabytes)).isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> new JsonSignals().spans("[".repeat(100_000).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedException.class);
    }

    @Nested
    class GenAiUsage {

        @ParameterizedTest
        @CsvSource({
            // input, read, written, output, reasoning -> uncached, read, written, text, reasoning
            "100, 30, 20, 50, 10, 50, 30, 20, 40, 10",
            "100, 0, 0, 50, 0, 100, 0, 0, 50, 0",
            "10, 100, 0, 5, 20, 10, 100, 0, 5, 20",
            "0, 0, 0, 0, 0, 0, 0, 0, 0, 0"
        })
        void splitsIntoBucketsThatShareNothing(
                long input,
                long read,
                long written,
                long output,
                long reasoning,
                long a,
                long b,
                long c,
                long d,
                long e) {
            var usage = of(Map.of(
                    "gen_ai.usage.input_tokens", text(input),
                    "gen_ai.usage.cache_read.input_tokens", text(read),
                    "gen_ai.usage.cache_creation.input_tokens", text(written),
                    "gen_ai.usage.output_tokens", text(output),
                    "gen_ai.usage.reasoning.output_tokens", text(reasoning)));

            var expected = new HashMap<String, String>(Map.of("requests", "1"));
            var names = List.of("input_uncached", "cache_read", "cache_write_5m", "output_text", "output_reasoning");
            var numbers = List.of(a, b, c, d, e);
            for (int i = 0; i < names.size(); i++) {
                if (numbers.get(i) > 0) {
                    expected.put(names.get(i), text(numbers.get(i)));
                }
            }
            assertThat(usage.orElseThrow().buckets()).isEqualTo(expected);
        }

        @Test
        void readsTheOldNames() {
            var usage = of(Map.of(
                            "gen_ai.system", "openai",
                            "gen_ai.request.model", "gpt-4",
                            "gen_ai.usage.prompt_tokens", "7",
                            "gen_ai.usage.completion_tokens", "5"))
                    .orElseThrow();

            assertThat(usage.buckets()).containsEntry("input_uncached", "7").containsEntry("output_text", "5");
            assertThat(usage.texts()).isEqualTo(Map.of("model", "gpt-4", "provider", "openai"));
        }

        @ParameterizedTest
        @CsvSource({"fetch_response", "invoke_agent", "create_agent", "execute_tool", "invoke_workflow"})
        void countsNoSpanThatRepeatsAnothersTokens(String operation) {
            assertThat(of(Map.of("gen_ai.operation.name", operation, "gen_ai.usage.input_tokens", "5")))
                    .isEmpty();
            assertThat(of(Map.of("gen_ai.operation.name", "chat", "gen_ai.usage.input_tokens", "5")))
                    .isPresent();
        }

        @Test
        void countsNoSpanWithoutTokens() {
            assertThat(of(Map.of("gen_ai.operation.name", "chat"))).isEmpty();
            assertThat(of(Map.of("gen_ai.usage.input_tokens", "many"))).isEmpty();
            assertThat(of(Map.of("gen_ai.usage.input_tokens", "-5"))).isEmpty();
            assertThat(of(Map.of("gen_ai.usage.input_tokens", "9999999999999"))).isEmpty();
        }

        private static Optional<GenAi.Usage> of(Map<String, String> attributes) {
            return GenAi.of(new Span(TRACE, SPAN, 1, Map.of(), attributes));
        }

        private static String text(long number) {
            return Long.toString(number);
        }
    }
}
