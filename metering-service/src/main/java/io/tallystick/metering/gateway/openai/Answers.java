package io.tallystick.metering.gateway.openai;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads an answer's body, already parsed, for what the call used.
 *
 * <p>OpenAI's {@code prompt_tokens} contains what came from a cache, and {@code completion_tokens} contains reasoning.
 * Here they are split once into disjoint buckets; whatever a model server claims of the parts, their sum stays its
 * total.
 */
public final class Answers {

    private Answers() {}

    public static AnswerReading read(CallRequest request, Map<String, Object> body) {
        var results = request.route() == PaidRoute.CHAT_COMPLETIONS ? body.get("choices") : body.get("data");
        if (!(results instanceof List<?> list)) {
            return AnswerReading.NotAnAnswer.NOT_AN_ANSWER;
        }
        return body.get("usage") instanceof Map<?, ?> usage ? used(request, usage, list) : estimated(request, list);
    }

    private static CallUsage used(CallRequest request, Map<?, ?> usage, List<?> results) {
        var total = count(usage.get("total_tokens"));
        var input = count(usage.get("prompt_tokens"));
        if (request.route() == PaidRoute.EMBEDDINGS) {
            input = input.isPresent() ? input : total;
            return input.isPresent()
                    ? new CallUsage(split(usage, input.getAsLong(), 0), UsageSource.PROVIDER_FINAL)
                    : estimated(request, results);
        }
        var output = count(usage.get("completion_tokens"));
        return input.isPresent() && output.isPresent()
                ? new CallUsage(split(usage, input.getAsLong(), output.getAsLong()), UsageSource.PROVIDER_FINAL)
                : estimated(request, results);
    }

    /** A chat's usage in disjoint buckets; empty if it does not name both sides. */
    public static Optional<Quantities> chatUsage(Map<?, ?> usage) {
        var input = count(usage.get("prompt_tokens"));
        var output = count(usage.get("completion_tokens"));
        return input.isPresent() && output.isPresent()
                ? Optional.of(split(usage, input.getAsLong(), output.getAsLong()))
                : Optional.empty();
    }

    private static Quantities split(Map<?, ?> usage, long input, long output) {
        var in = usage.get("prompt_tokens_details");
        long cacheRead = part(in, "cached_tokens", input);
        long cacheWrite = part(in, "cache_write_tokens", input - cacheRead);
        long audioIn = part(in, "audio_tokens", input - cacheRead - cacheWrite);
        var out = usage.get("completion_tokens_details");
        long reasoning = part(out, "reasoning_tokens", output);
        long audioOut = part(out, "audio_tokens", output - reasoning);
        return Quantities.oneRequest()
                .with(Bucket.INPUT_UNCACHED, input - cacheRead - cacheWrite - audioIn)
                .with(Bucket.CACHE_READ, cacheRead)
                .with(Bucket.CACHE_WRITE_5M, cacheWrite)
                .with(Bucket.AUDIO_IN, audioIn)
                .with(Bucket.OUTPUT_TEXT, output - reasoning - audioOut)
                .with(Bucket.OUTPUT_REASONING, reasoning)
                .with(Bucket.AUDIO_OUT, audioOut);
    }

    private static long part(Object details, String name, long most) {
        var claimed = details instanceof Map<?, ?> members ? count(members.get(name)) : OptionalLong.empty();
        return Math.min(claimed.orElse(0), most);
    }

    private static OptionalLong count(Object value) {
        return value instanceof Integer || value instanceof Long
                ? positive(((Number) value).longValue())
                : OptionalLong.empty();
    }

    private static OptionalLong positive(long value) {
        return value >= 0 ? OptionalLong.of(value) : OptionalLong.empty();
    }

    /** Nobody counted: the text's length decides, and never more than the call could use. */
    private static CallUsage estimated(CallRequest request, List<?> results) {
        var quantities = Quantities.oneRequest().with(Bucket.INPUT_UNCACHED, request.inputEstimate());
        if (request.route() == PaidRoute.EMBEDDINGS) {
            return new CallUsage(quantities, request.inputIsCounted() ? UsageSource.COUNTED : UsageSource.ESTIMATED);
        }
        long bytes = results.stream().mapToLong(Answers::generatedBytes).sum();
        long output = Math.min(Text.estimatedTokens(bytes), request.outputBound());
        return new CallUsage(quantities.with(Bucket.OUTPUT_TEXT, output), UsageSource.ESTIMATED);
    }

    private static long generatedBytes(Object choice) {
        return choice instanceof Map<?, ?> members && members.get("message") instanceof Map<?, ?> message
                ? message.entrySet().stream()
                        .filter(member -> !"role".equals(member.getKey()))
                        .mapToLong(member -> valueBytes(member.getValue()))
                        .sum()
                : 0;
    }

    private static long valueBytes(Object value) {
        return switch (value) {
            case null -> 0;
            case String text -> Text.bytes(text);
            default -> Text.jsonBytes(value);
        };
    }
}
