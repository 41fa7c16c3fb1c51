package io.tallystick.metering.gateway.anthropic;

import static java.util.Objects.requireNonNull;

import io.tallystick.metering.gateway.openai.AnswerForm;
import io.tallystick.metering.gateway.openai.ApiError;
import io.tallystick.metering.gateway.openai.CallRequest;
import io.tallystick.metering.gateway.openai.Limits;
import io.tallystick.metering.gateway.openai.PaidRoute;
import io.tallystick.metering.gateway.openai.RequestReading;
import io.tallystick.metering.gateway.openai.Requests;
import io.tallystick.metering.gateway.openai.Text;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A request for a message. Its text bounds its input tokens, because a token covers at least one byte; what a byte count
 * cannot bound (pictures, documents, the tools that the provider runs or describes itself) is refused.
 */
public record MessagesReader(Limits limits) {
    private static final int TOKENS_AROUND_MESSAGE = 16;

    /** The provider writes tools out in its own words. */
    private static final int STRUCTURE_FACTOR = 2;

    /** What the provider itself says of tools and of a form of the answer: some hundred tokens, differing by model. */
    private static final int TOKENS_FOR_TOOLS = 1024;

    private static final Pattern SHOWN = Pattern.compile("[a-zA-Z0-9_]{1,64}");
    private static final int MOST_MESSAGES = 10_000;

    /** What is not here may cost anything: a new member has to be looked at first. */
    private static final Set<String> KNOWN = Set.of(
            "max_tokens",
            "messages",
            "metadata",
            "model",
            "output_config",
            "output_format",
            "service_tier",
            "stop_sequences",
            "stream",
            "system",
            "temperature",
            "thinking",
            "tool_choice",
            "tools",
            "top_k",
            "top_p",
            "cache_control");

    private static final Set<String> BLOCKS =
            Set.of("text", "tool_use", "tool_result", "thinking", "redacted_thinking");

    private static final Set<String> TIERS = Set.of("auto", "standard_only");

    public MessagesReader {
        requireNonNull(limits, "limits");
    }

    /** The call that {@code body} asks for, or what is wrong with it. */
    public RequestReading read(Map<String, Object> body) {
        // First, because the limit of the output is the model's.
        var model = Requests.modelFault(body);
        if (model.isPresent()) {
            return model.get();
        }
        return Stream.of(
                        unknown(body),
                        limitFault(body),
                        messagesFault(body.get("messages")),
                        contentFault("system", body.get("system"), true),
                        toolsFault(body.get("tools")),
                        tierFault(body.get("service_tier")),
                        streamFault(body.get("stream")))
                .flatMap(Optional::stream)
                .findFirst()
                .<RequestReading>map(fault -> fault)
                .orElseGet(() -> bounded(body));
    }

    private CallRequest bounded(Map<String, Object> body) {
        var messages = (List<?>) body.get("messages");
        var tools = body.get("tools") instanceof List<?> listed ? listed : List.of();
        long text = Text.jsonBytes(messages) + (body.get("system") == null ? 0 : Text.jsonBytes(body.get("system")));
        var formats = Stream.of("output_config", "output_format")
                .map(body::get)
                .filter(Objects::nonNull)
                .toList();
        long structure = STRUCTURE_FACTOR * (Text.jsonBytes(tools) + Text.jsonBytes(formats));
        long around = (long) TOKENS_AROUND_MESSAGE * (messages.size() + 1)
                + limits.templateTokens()
                + (tools.isEmpty() && formats.isEmpty() ? 0 : TOKENS_FOR_TOOLS);
        return new CallRequest(
                PaidRoute.MESSAGES,
                (String) body.get("model"),
                text + structure + around,
                ((Number) body.get("max_tokens")).longValue(),
                Text.estimatedTokens(text + structure / STRUCTURE_FACTOR),
                false,
                Boolean.TRUE.equals(body.get("stream")) ? AnswerForm.STREAMED_WITH_USAGE : AnswerForm.WHOLE);
    }

    private static Optional<ApiError> unknown(Map<String, Object> body) {
        return body.keySet().stream()
                .filter(name -> !KNOWN.contains(name))
                .sorted()
                .findFirst()
                .map(name -> ApiError.invalid(
                        isShown(name) ? name : "",
                        "unsupported_parameter",
                        "Leave out " + (isShown(name) ? name : "the member that is not of this API")
                                + ": what it costs cannot be bounded before the call, so it is not sold here."));
    }

    /** Whether a name may stand in a message. */
    private static boolean isShown(String name) {
        return SHOWN.matcher(name).matches();
    }

    private Optional<ApiError> limitFault(Map<String, Object> body) {
        int most = limits.outputTokensOf((String) body.get("model"));
        return body.get("max_tokens") instanceof Integer value && value >= 1 && value <= most
                ? Optional.empty()
                : Optional.of(ApiError.invalid(
                        "max_tokens", "invalid_value", "Send max_tokens as a whole number from 1 to " + most + "."));
    }

    private static Optional<ApiError> messagesFault(Object messages) {
        if (!(messages instanceof List<?> list) || list.isEmpty() || list.size() > MOST_MESSAGES) {
            return Optional.of(ApiError.invalid(
                    "messages", "invalid_value", "Send messages as a list of 1 to " + MOST_MESSAGES + " messages."));
        }
        return list.stream()
                .map(message -> message instanceof Map<?, ?> members && members.get("role") instanceof String
                        ? contentFault("messages", members.get("content"), false)
                        : Optional.of(ApiError.invalid(
                                "messages", "invalid_value", "Send each message with a role and content.")))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<ApiError> contentFault(String where, Object content, boolean mayBeAbsent) {
        var fits =
                switch (content) {
                    case null -> mayBeAbsent;
                    case String _ -> true;
                    case List<?> blocks -> blocks.stream().allMatch(MessagesReader::isBounded);
                    default -> false;
                };
        return fits
                ? Optional.empty()
                : Optional.of(ApiError.invalid(
                        where,
                        "unsupported_content",
                        "Send " + where + " as text, or as blocks of the types text, tool_use, tool_result and "
                                + "thinking. What pictures and documents cost cannot be bounded before the call."));
    }

    private static boolean isBounded(Object block) {
        return block instanceof Map<?, ?> members
                && members.get("type") instanceof String type
                && BLOCKS.contains(type)
                && (!type.equals("tool_result")
                        || contentFault("messages", members.get("content"), true)
                                .isEmpty());
    }

    private static Optional<ApiError> toolsFault(Object tools) {
        var fits = tools == null
                || (tools instanceof List<?> list
                        && list.stream()
                                .allMatch(tool -> tool instanceof Map<?, ?> members
                                        && (members.get("type") == null || "custom".equals(members.get("type")))));
        return fits
                ? Optional.empty()
                : Optional.of(ApiError.invalid(
                        "tools",
                        "unsupported_value",
                        "Send tools of your own only, of type custom: what the provider's own tools cost cannot be "
                                + "bounded before the call."));
    }

    private static Optional<ApiError> tierFault(Object tier) {
        return tier == null || TIERS.contains(tier)
                ? Optional.empty()
                : Optional.of(
                        ApiError.invalid("service_tier", "unsupported_value", "Send auto, or leave service_tier out."));
    }

    private static Optional<ApiError> streamFault(Object stream) {
        return stream == null || stream instanceof Boolean
                ? Optional.empty()
                : Optional.of(ApiError.invalid("stream", "invalid_value", "Send true or false, or leave stream out."));
    }
}
