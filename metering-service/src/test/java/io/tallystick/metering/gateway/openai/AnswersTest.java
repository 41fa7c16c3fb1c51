package io.tallystick.metering.gateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class AnswersTest {
    private static final CallRequest CHAT = new CallRequest(PaidRoute.CHAT_COMPLETIONS, "m", 400, 50, 100, false);
    private static final CallRequest TEXT = new CallRequest(PaidRoute.EMBEDDINGS, "m", 400, 0, 100, false);
    private static final CallRequest TOKENS = new CallRequest(PaidRoute.EMBEDDINGS, "m", 104, 0, 100, true);

    @Nested
    class GivenUsage {
        @Test
        void splitsWhatWasCachedWrittenHeardAndThoughtIntoDisjointBuckets() {
            var usage = Map.of(
                    "prompt_tokens",
                    100,
                    "completion_tokens",
                    40,
                    "prompt_tokens_details",
                    Map.of("cached_tokens", 60, "cache_write_tokens", 20, "audio_tokens", 5),
                    "completion_tokens_details",
                    Map.of("reasoning_tokens", 30, "audio_tokens", 4));

            var read = chat(usage);

            assertThat(read.source()).isEqualTo(UsageSource.PROVIDER_FINAL);
            assertThat(read.quantities().units())
                    .isEqualTo(Map.of(
                            Bucket.REQUESTS, 1L,
                            Bucket.INPUT_UNCACHED, 15L,
                            Bucket.CACHE_READ, 60L,
                            Bucket.CACHE_WRITE_5M, 20L,
                            Bucket.AUDIO_IN, 5L,
                            Bucket.OUTPUT_TEXT, 6L,
                            Bucket.OUTPUT_REASONING, 30L,
                            Bucket.AUDIO_OUT, 4L));
        }

        /** Whatever a model server claims of the parts, the buckets add up to its total. Seeded, so it repeats. */
        @Test
        void addsUpToTheTotalWhateverThePartsClaim() {
            var random = new Random(20261122);
            for (int i = 0; i < 2_000; i++) {
                int input = random.nextInt(100);
                int output = random.nextInt(100);
                var units = chat(Map.of(
                                "prompt_tokens",
                                input,
                                "completion_tokens",
                                output,
                                "prompt_tokens_details",
                                Map.of(
                                        "cached_tokens", random.nextInt(-5, 150),
                                        "cache_write_tokens", random.nextInt(150),
                                        "audio_tokens", random.nextInt(150)),
                                "completion_tokens_details",
                                Map.of(
                                        "reasoning_tokens", random.nextInt(150),
                                        "audio_tokens", random.nextInt(-5, 150))))
                        .quantities()
                        .units();

                assertThat(sum(units)).isEqualTo(1 + input + output);
            }
        }

        @Test
        void readsEmbeddingsWithEitherName() {
            assertThat(embeddings(TEXT, Map.of("prompt_tokens", 7, "total_tokens", 7))
                            .quantities())
                    .isEqualTo(Quantities.oneRequest().with(Bucket.INPUT_UNCACHED, 7));
            assertThat(embeddings(TEXT, Map.of("total_tokens", 7)).quantities())
                    .isEqualTo(Quantities.oneRequest().with(Bucket.INPUT_UNCACHED, 7));
        }

        @Test
        void believesAZero() {
            var read = chat(Map.of("prompt_tokens", 9, "completion_tokens", 0));

            assertThat(read.source()).isEqualTo(UsageSource.PROVIDER_FINAL);
            assertThat(read.quantities().of(Bucket.OUTPUT_TEXT)).isZero();
        }
    }

    @Nested
    class GivenNoUsage {
        @Test
        void estimatesWhatNobodyCounted() {
            var read = (CallUsage) Answers.read(CHAT, Map.of("choices", choices("x".repeat(41))));

            assertThat(read.source()).isEqualTo(UsageSource.ESTIMATED);
            assertThat(read.quantities().units())
                    .isEqualTo(Map.of(Bucket.REQUESTS, 1L, Bucket.INPUT_UNCACHED, 100L, Bucket.OUTPUT_TEXT, 11L));
        }

        @Test
        void estimatesNeverMoreThanTheCallCouldUse() {
            var read = (CallUsage) Answers.read(CHAT, Map.of("choices", choices("x".repeat(10_000))));

            assertThat(read.quantities().of(Bucket.OUTPUT_TEXT)).isEqualTo(50);
        }

        @Test
        void estimatesIfTheCountsAreNone() {
            for (var usage : List.<Map<String, Object>>of(
                    Map.of(),
                    Map.of("prompt_tokens", 5),
                    Map.of("prompt_tokens", -1, "completion_tokens", 1),
                    Map.of("prompt_tokens", "5", "completion_tokens", 1),
                    Map.of("prompt_tokens", 5.5, "completion_tokens", 1))) {
                assertThat(chat(usage).source()).as("%s", usage).isEqualTo(UsageSource.ESTIMATED);
            }
        }

        @Test
        void countsTokensThatTheRequestListed() {
            var read = (CallUsage) Answers.read(TOKENS, Map.of("data", List.of()));

            assertThat(read.source()).isEqualTo(UsageSource.COUNTED);
            assertThat(read.quantities().of(Bucket.INPUT_UNCACHED)).isEqualTo(100);
        }
    }

    @Test
    void isNoAnswerWithoutWhatTheRouteDelivers() {
        var none = AnswerReading.NotAnAnswer.NOT_AN_ANSWER;

        assertThat(Answers.read(CHAT, Map.of("error", Map.of("message", "no")))).isEqualTo(none);
        assertThat(Answers.read(CHAT, Map.of("data", List.of()))).isEqualTo(none);
        assertThat(Answers.read(TEXT, Map.of("choices", List.of()))).isEqualTo(none);
        assertThat(Answers.read(TEXT, Map.of("data", "text"))).isEqualTo(none);
    }

    private static CallUsage chat(Map<String, Object> usage) {
        return (CallUsage) Answers.read(CHAT, Map.of("choices", choices("hi"), "usage", usage));
    }

    private static CallUsage embeddings(CallRequest request, Map<String, Object> usage) {
        return (CallUsage) Answers.read(request, Map.of("data", List.of(), "usage", usage));
    }

    private static List<Object> choices(String content) {
        var message = new HashMap<String, Object>();
        message.put("role", "assistant");
        message.put("content", content);
        message.put("refusal", null);
        return List.of(Map.of("index", 0, "message", message));
    }

    private static long sum(Map<Bucket, Long> units) {
        return units.values().stream().mapToLong(Long::longValue).sum();
    }
}
