package io.tallystick.metering.gateway.anthropic;

import io.tallystick.metering.gateway.openai.AnswerReading;
import io.tallystick.metering.gateway.openai.Bucket;
import io.tallystick.metering.gateway.openai.CallRequest;
import io.tallystick.metering.gateway.openai.CallUsage;
import io.tallystick.metering.gateway.openai.Quantities;
import io.tallystick.metering.gateway.openai.Text;
import io.tallystick.metering.gateway.openai.UsageSource;
import java.util.List;
import java.util.Map;

/** Reads a message, already parsed, for what the call used. */
public final class MessageAnswers {

    private MessageAnswers() {}

    public static AnswerReading read(CallRequest request, Map<String, Object> body) {
        if (!(body.get("content") instanceof List<?> content)) {
            return AnswerReading.NotAnAnswer.NOT_AN_ANSWER;
        }
        return body.get("usage") instanceof Map<?, ?> usage && hasOutput(usage) && hasInput(usage)
                ? new CallUsage(quantities(usage), UsageSource.PROVIDER_FINAL)
                : estimated(request, content);
    }

    /** Whether the usage tells the input's side. */
    public static boolean hasInput(Map<?, ?> usage) {
        return count(usage, "input_tokens") >= 0;
    }

    /** Whether the usage tells the output's side. */
    public static boolean hasOutput(Map<?, ?> usage) {
        return count(usage, "output_tokens") >= 0;
    }

    /**
     * A usage in disjoint buckets. What was written to the cache is told as a sum, and beside it by how long it is kept;
     * where the parts are absent or do not add up, what is missing was written for the usual five minutes.
     */
    public static Quantities quantities(Map<?, ?> usage) {
        long written = atLeastZero(usage, "cache_creation_input_tokens");
        long hour = usage.get("cache_creation") instanceof Map<?, ?> parts
                ? atLeastZero(parts, "ephemeral_1h_input_tokens")
                : 0;
        long minutes = usage.get("cache_creation") instanceof Map<?, ?> parts
                ? atLeastZero(parts, "ephemeral_5m_input_tokens")
                : 0;
        return Quantities.oneRequest()
                .with(Bucket.INPUT_UNCACHED, atLeastZero(usage, "input_tokens"))
                .with(Bucket.CACHE_READ, atLeastZero(usage, "cache_read_input_tokens"))
                .with(Bucket.CACHE_WRITE_5M, Math.max(minutes, written - hour))
                .with(Bucket.CACHE_WRITE_1H, hour)
                .with(Bucket.OUTPUT_TEXT, atLeastZero(usage, "output_tokens"));
    }

    private static long atLeastZero(Map<?, ?> usage, String name) {
        return Math.max(0, count(usage, name));
    }

    /** -1 where there is none. */
    private static long count(Map<?, ?> usage, String name) {
        return switch (usage.get(name)) {
            case Integer value when value >= 0 -> value;
            case Long value when value >= 0 -> value;
            case null, default -> -1;
        };
    }

    private static CallUsage estimated(CallRequest request, List<?> content) {
        long output = Math.min(Text.estimatedTokens(Text.jsonBytes(content)), request.outputBound());
        return new CallUsage(
                Quantities.oneRequest()
                        .with(Bucket.INPUT_UNCACHED, request.inputEstimate())
                        .with(Bucket.OUTPUT_TEXT, output),
                UsageSource.ESTIMATED);
    }
}
