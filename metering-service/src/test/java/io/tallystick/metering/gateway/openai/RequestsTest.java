package io.tallystick.metering.gateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestsTest {
    private static final int TEMPLATE = 64;
    private final Requests requests = new Requests(new Limits(1000, Map.of("long-winded", 9000), 4, 3, TEMPLATE));

    @Nested
    class GivenAChat {
        @Test
        void isBoundedByTheBytesOfItsTextAndItsOwnLimit() {
            var call = chat(Map.of("max_tokens", 77));

            // "user" and "héllo": 4 + 6 bytes, 16 around the message.
            assertThat(call.inputBound()).isEqualTo(4 + 6 + 16 + TEMPLATE);
            assertThat(call.outputBound()).isEqualTo(77);
            assertThat(call.maximum(Bucket.INPUT_UNCACHED, Bucket.OUTPUT_TEXT).units())
                    .isEqualTo(Map.of(Bucket.REQUESTS, 1L, Bucket.INPUT_UNCACHED, 90L, Bucket.OUTPUT_TEXT, 77L));
        }

        @Test
        void isBoundedByWhatTheModelCanGenerateIfItSetsNoLimit() {
            assertThat(chat(Map.of()).outputBound()).isEqualTo(1000);
            assertThat(chat(nullable("max_tokens")).outputBound()).isEqualTo(1000);
            assertThat(chat(Map.of("model", "long-winded")).outputBound()).isEqualTo(9000);
        }

        @Test
        void takesTheGreaterOfBothLimitsBecauseServersDiffer() {
            assertThat(chat(Map.of("max_tokens", 1, "max_completion_tokens", 900))
                            .outputBound())
                    .isEqualTo(900);
            assertThat(chat(Map.of("max_tokens", 900, "max_completion_tokens", 1))
                            .outputBound())
                    .isEqualTo(900);
        }

        @Test
        void countsEveryChoice() {
            assertThat(chat(Map.of("max_tokens", 10, "n", 4)).outputBound()).isEqualTo(40);
        }

        @Test
        void countsToolsAndSchemasTwice() {
            var plain = chat(Map.of()).inputBound();
            var tools = List.of(Map.of("type", "function"));

            // [ { "type" : "function" } ] is 4 + 4 + 8 + 12 bytes with its punctuation.
            assertThat(chat(Map.of("tools", tools)).inputBound()).isEqualTo(plain + 2 * 28);
            assertThat(chat(Map.of("response_format", Map.of("type", "json"))).inputBound())
                    .isGreaterThan(plain);
        }

        @Test
        void countsPartsOfText() {
            var parts = List.of(Map.of("type", "text", "text", "a".repeat(100)));
            var call = chat(Map.of("messages", List.of(Map.of("role", "user", "content", parts))));

            assertThat(call.inputBound()).isBetween(100L + 16 + TEMPLATE, 200L + TEMPLATE);
        }

        @Test
        void countsTheCallsOfToolsInItsMessages() {
            var message = new HashMap<String, Object>();
            message.put("role", "assistant");
            message.put("content", null);
            message.put("tool_calls", List.of(Map.of("function", Map.of("arguments", "x".repeat(500)))));

            assertThat(chat(Map.of("messages", List.of(message))).inputBound()).isGreaterThan(1000);
        }

        @Test
        void countsALoneSurrogateAsWhatReplacesIt() {
            assertThat(chat(Map.of("messages", List.of(Map.of("role", "", "content", "\ud800"))))
                            .inputBound())
                    .isEqualTo(3 + 16 + TEMPLATE);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"web_search_options", "audio", "chat_template", "best_of", "use_beam_search", "prompt_embeds"
                })
        void isRefusedIfItsCostHasNoBound(String member) {
            assertThat(refusedChat(Map.of(member, Map.of("a", "b"))))
                    .isEqualTo(new ErrorFacts(400, member, "unsupported_parameter"));
        }

        @Test
        void isRefusedIfItWantsSound() {
            assertThat(refusedChat(Map.of("modalities", List.of("text", "audio"))))
                    .isEqualTo(new ErrorFacts(400, "modalities", "unsupported_parameter"));
            assertThat(refusedChat(Map.of("service_tier", "priority")))
                    .isEqualTo(new ErrorFacts(400, "service_tier", "unsupported_parameter"));
            assertThat(chat(Map.of("modalities", List.of("text"), "service_tier", "auto")))
                    .isNotNull();
        }

        @Test
        void isRefusedIfAMessageIsNoText() {
            var picture = List.of(Map.of("type", "image_url", "image_url", Map.of("url", "https://x.example")));
            for (var message : List.<Object>of(
                    Map.of("role", "user", "content", picture),
                    Map.of("role", "user", "content", 7),
                    Map.of("role", "user", "content", List.of(Map.of("type", "text"))),
                    Map.of("role", "user", "content", "x", "audio", Map.of("id", "a1")),
                    Map.of("content", "no role"),
                    "text")) {
                assertThat(refusedChat(Map.of("messages", List.of(message))))
                        .as("%s", message)
                        .isEqualTo(new ErrorFacts(400, "messages", "unsupported_content"));
            }
        }

        @Test
        void isRefusedWithoutMessages() {
            var expected = new ErrorFacts(400, "messages", "invalid_value");
            assertThat(refusedChat(Map.of("messages", List.of()))).isEqualTo(expected);
            assertThat(refusedChat(Map.of("messages", "hello"))).isEqualTo(expected);
            assertThat(refusedChat(nullable("messages"))).isEqualTo(expected);
        }

        @Test
        void isRefusedWithALimitThatIsNone() {
            for (var limit : Arrays.<Object>asList(0, -1, 1001, 1.5, "10", true, Long.MAX_VALUE)) {
                assertThat(refusedChat(Map.of("max_tokens", limit)))
                        .as("%s", limit)
                        .isEqualTo(new ErrorFacts(400, "max_tokens", "invalid_value"));
                assertThat(refusedChat(Map.of("max_completion_tokens", limit)))
                        .isEqualTo(new ErrorFacts(400, "max_completion_tokens", "invalid_value"));
            }
            assertThat(refusedChat(Map.of("n", 5))).isEqualTo(new ErrorFacts(400, "n", "invalid_value"));
        }

        @Test
        void saysHowItsAnswerIsToCome() {
            var withUsage = Map.<String, Object>of("include_usage", true);

            assertThat(chat(Map.of()).form()).isEqualTo(AnswerForm.WHOLE);
            assertThat(chat(Map.of("stream", false)).form()).isEqualTo(AnswerForm.WHOLE);
            assertThat(chat(Map.of("stream", true)).form()).isEqualTo(AnswerForm.STREAMED);
            assertThat(chat(Map.of("stream", true, "stream_options", withUsage)).form())
                    .isEqualTo(AnswerForm.STREAMED_WITH_USAGE);
            assertThat(chat(Map.of("stream", true, "stream_options", Map.of("include_usage", false)))
                            .form())
                    .isEqualTo(AnswerForm.STREAMED);
        }

        @Test
        void isRefusedIfNobodyCanTellWhetherItIsStreamed() {
            assertThat(refusedChat(Map.of("stream", "false")))
                    .isEqualTo(new ErrorFacts(400, "stream", "invalid_value"));
            assertThat(refusedChat(Map.of("stream_options", "usage")))
                    .isEqualTo(new ErrorFacts(400, "stream_options", "invalid_value"));
            assertThat(refusedChat(Map.of("stream_options", Map.of("include_usage", "yes"))))
                    .isEqualTo(new ErrorFacts(400, "stream_options", "invalid_value"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"Max_tokens", "max_toKens", "STREAM", "a-b", ""})
        void isRefusedIfANameCouldBeReadAsAnother(String name) {
            assertThat(refusedChat(Map.of(name, 1))).isEqualTo(new ErrorFacts(400, "", "unknown_parameter"));
        }

        @Test
        void isRefusedWithoutAModel() {
            for (var model : Arrays.<Object>asList("", "a b", "x".repeat(129), 7, "line\nbreak")) {
                assertThat(refusedChat(Map.of("model", model)))
                        .as("%s", model)
                        .isEqualTo(new ErrorFacts(400, "model", "invalid_value"));
            }
        }

        private CallRequest chat(Map<String, Object> more) {
            return (CallRequest) requests.read(PaidRoute.CHAT_COMPLETIONS, body(more));
        }

        private ErrorFacts refusedChat(Map<String, Object> more) {
            return facts(requests.read(PaidRoute.CHAT_COMPLETIONS, body(more)));
        }

        private Map<String, Object> body(Map<String, Object> more) {
            var body = new HashMap<String, Object>();
            body.put("model", "m");
            body.put("messages", List.of(Map.of("role", "user", "content", "héllo")));
            body.putAll(more);
            return body;
        }
    }

    @Nested
    class GivenEmbeddings {
        @Test
        void areBoundedByTheBytesOfTheirTexts() {
            assertThat(embeddings("abc").inputBound()).isEqualTo(3 + 4);
            assertThat(embeddings(List.of("abc", "日本")).inputBound()).isEqualTo(3 + 6 + 2 * 4);
            assertThat(embeddings("abc").outputBound()).isZero();
            assertThat(embeddings("abc")
                            .maximum(Bucket.CACHE_WRITE_5M, Bucket.OUTPUT_REASONING)
                            .units())
                    .containsOnlyKeys(Bucket.REQUESTS, Bucket.CACHE_WRITE_5M);
        }

        @Test
        void areCountedIfTheyAreTokens() {
            assertThat(embeddings(List.of(1, 2, 3, 4, 5)).inputBound()).isEqualTo(5 + 4);
            assertThat(embeddings(List.of(List.of(1, 2), List.of(3))).inputBound())
                    .isEqualTo(3 + 2 * 4);
            assertThat(embeddings(List.of(1, 2)).inputIsCounted()).isTrue();
            assertThat(embeddings("abc").inputIsCounted()).isFalse();
        }

        @Test
        void areRefusedIfTheyAreNeither() {
            var mixed = new ArrayList<Object>(List.of("a", 1));
            for (var input : Arrays.<Object>asList(
                    null,
                    7,
                    Map.of(),
                    List.of(),
                    mixed,
                    List.of(1.5),
                    List.of(List.of()),
                    List.of("a", "b", "c", "d"))) {
                var body = new HashMap<String, Object>(Map.of("model", "m"));
                body.put("input", input);
                assertThat(facts(requests.read(PaidRoute.EMBEDDINGS, body)))
                        .as("%s", input)
                        .isEqualTo(new ErrorFacts(400, "input", "invalid_value"));
            }
        }

        private CallRequest embeddings(Object input) {
            return (CallRequest) requests.read(PaidRoute.EMBEDDINGS, Map.of("model", "m", "input", input));
        }
    }

    private record ErrorFacts(int status, String param, String code) {}

    private static ErrorFacts facts(RequestReading reading) {
        var error = (ApiError) reading;
        return new ErrorFacts(error.status(), error.param(), error.code());
    }

    private static Map<String, Object> nullable(String name) {
        var members = new HashMap<String, Object>();
        members.put(name, null);
        return members;
    }
}
