package io.tallystick.metering.gateway.openai;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A chat request. Its text bounds its input tokens, because a token covers at least one byte; what a byte count cannot
 * bound (pictures by URL, web search, a template of the client's own) is refused.
 */
record ChatReader(Limits limits) {
    /** What a chat template puts around one message. */
    private static final int TOKENS_AROUND_MESSAGE = 16;

    /** Chat templates write tools and schemas out with indentation, or as type declarations. */
    private static final int STRUCTURE_FACTOR = 2;

    private static final int MOST_MESSAGES = 10_000;

    private static final Set<String> UNBOUNDED = Set.of(
            "audio",
            "best_of",
            "chat_template",
            "chat_template_kwargs",
            "mm_processor_kwargs",
            "prompt_embeds",
            "use_beam_search",
            "web_search_options");

    private static final Set<String> OUTSIDE_PROMPT =
            Set.of("logit_bias", "messages", "metadata", "modalities", "model", "stop", "stream_options", "user");

    private static final Set<String> PLAIN_MEMBERS = Set.of("role", "content", "name", "refusal", "tool_call_id");

    RequestReading read(Map<String, Object> body) {
        var model = (String) body.get("model");
        return Stream.of(
                        unbounded(body),
                        messagesFault(body.get("messages")),
                        limitFault(body, "max_tokens", limits.outputTokensOf(model)),
                        limitFault(body, "max_completion_tokens", limits.outputTokensOf(model)),
                        limitFault(body, "n", limits.choices()))
                .flatMap(Optional::stream)
                .findFirst()
                .<RequestReading>map(fault -> fault)
                .orElseGet(() -> bounded(model, body));
    }

    private CallRequest bounded(String model, Map<String, Object> body) {
        var messages = (List<?>) body.get("messages");
        long text = messages.stream().mapToLong(ChatReader::messageBytes).sum();
        long structure = body.entrySet().stream()
                .filter(member -> !OUTSIDE_PROMPT.contains(member.getKey()))
                .map(Map.Entry::getValue)
                .filter(value -> value instanceof Map || value instanceof List || value instanceof String)
                .mapToLong(value -> STRUCTURE_FACTOR * Text.jsonBytes(value))
                .sum();
        long bound = text + structure + (long) TOKENS_AROUND_MESSAGE * messages.size() + limits.templateTokens();
        return new CallRequest(
                PaidRoute.CHAT_COMPLETIONS,
                model,
                bound,
                outputBound(model, body),
                Text.estimatedTokens(text + structure / STRUCTURE_FACTOR),
                false,
                form(body));
    }

    private static AnswerForm form(Map<String, Object> body) {
        if (!Boolean.TRUE.equals(body.get("stream"))) {
            return AnswerForm.WHOLE;
        }
        var asksForUsage = body.get("stream_options") instanceof Map<?, ?> options
                && Boolean.TRUE.equals(options.get("include_usage"));
        return asksForUsage ? AnswerForm.STREAMED_WITH_USAGE : AnswerForm.STREAMED;
    }

    /** Both names are in use; model servers differ in which they follow, so the greater one counts. */
    private long outputBound(String model, Map<String, Object> body) {
        long each = Stream.of("max_tokens", "max_completion_tokens")
                .map(body::get)
                .filter(Number.class::isInstance)
                .mapToLong(limit -> ((Number) limit).longValue())
                .max()
                .orElse(limits.outputTokensOf(model));
        long choices = body.get("n") instanceof Number n ? n.longValue() : 1;
        return Math.multiplyExact(each, choices);
    }

    private static long messageBytes(Object message) {
        return ((Map<?, ?>) message)
                .entrySet().stream()
                        .mapToLong(member -> PLAIN_MEMBERS.contains((String) member.getKey())
                                ? textBytes(member.getValue())
                                : STRUCTURE_FACTOR * Text.jsonBytes(member.getValue()))
                        .sum();
    }

    private static long textBytes(Object value) {
        return switch (value) {
            case String text -> Text.bytes(text);
            case List<?> parts -> parts.stream().mapToLong(Text::jsonBytes).sum();
            case null, default -> 0;
        };
    }

    private static Optional<ApiError> unbounded(Map<String, Object> body) {
        var member = UNBOUNDED.stream()
                .sorted()
                .filter(name -> body.get(name) != null)
                .findFirst()
                .or(() -> notDefault(body));
        return member.map(name -> ApiError.invalid(
                name,
                "unsupported_parameter",
                "Leave out " + name + ": what it costs cannot be bounded before the call, so it is not sold here."));
    }

    private static Optional<String> notDefault(Map<String, Object> body) {
        if (body.get("modalities") != null && !List.of("text").equals(body.get("modalities"))) {
            return Optional.of("modalities");
        }
        var tier = body.get("service_tier");
        return tier == null || "auto".equals(tier) || "default".equals(tier)
                ? Optional.empty()
                : Optional.of("service_tier");
    }

    private static Optional<ApiError> messagesFault(Object messages) {
        if (!(messages instanceof List<?> list) || list.isEmpty() || list.size() > MOST_MESSAGES) {
            return Optional.of(ApiError.invalid(
                    "messages", "invalid_value", "Send messages as a list of 1 to " + MOST_MESSAGES + " messages."));
        }
        return list.stream().allMatch(ChatReader::isText)
                ? Optional.empty()
                : Optional.of(ApiError.invalid(
                        "messages",
                        "unsupported_content",
                        "Send messages of text: an object with a role, and content as a string or as parts of type "
                                + "text. What pictures, audio and files cost cannot be bounded before the call."));
    }

    private static boolean isText(Object message) {
        return message instanceof Map<?, ?> members
                && members.get("role") instanceof String
                && members.get("audio") == null
                && switch (members.get("content")) {
                    case null -> true;
                    case String _ -> true;
                    case List<?> parts -> parts.stream().allMatch(ChatReader::isTextPart);
                    default -> false;
                };
    }

    private static boolean isTextPart(Object part) {
        return part instanceof Map<?, ?> members
                && (("text".equals(members.get("type")) && members.get("text") instanceof String)
                        || ("refusal".equals(members.get("type")) && members.get("refusal") instanceof String));
    }

    private static Optional<ApiError> limitFault(Map<String, Object> body, String name, int most) {
        return switch (body.get(name)) {
            case null -> Optional.empty();
            case Integer value when value >= 1 && value <= most -> Optional.empty();
            default ->
                Optional.of(ApiError.invalid(
                        name, "invalid_value", "Send " + name + " as a whole number from 1 to " + most + "."));
        };
    }
}
