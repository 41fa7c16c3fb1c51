package io.tallystick.metering.gateway.openai;

import java.util.List;
import java.util.Map;

/** An embeddings request: text, texts, one list of tokens, or several. */
record EmbeddingsReader(Limits limits) {
    /** Start, end and separator that a tokenizer puts around one text. */
    private static final int TOKENS_AROUND_INPUT = 4;

    RequestReading read(Map<String, Object> body) {
        var model = (String) body.get("model");
        return switch (body.get("input")) {
            case String text -> texts(model, List.of(text));
            case List<?> items
            when items.isEmpty() || (items.size() > limits.inputs() && !isTokens(items)) ->
                fault("Send 1 to " + limits.inputs() + " inputs in one request.");
            case List<?> items when items.stream().allMatch(String.class::isInstance) -> texts(model, items);
            case List<?> items when isTokens(items) -> tokens(model, 1, items.size());
            case List<?> items
            when items.stream().allMatch(EmbeddingsReader::isTokens) ->
                tokens(
                        model,
                        items.size(),
                        items.stream()
                                .mapToLong(list -> ((List<?>) list).size())
                                .sum());
            case null, default -> fault("Send input as a string, a list of strings, or lists of token numbers.");
        };
    }

    private static RequestReading texts(String model, List<?> texts) {
        long bytes = texts.stream().mapToLong(text -> Text.bytes((String) text)).sum();
        long bound = bytes + (long) TOKENS_AROUND_INPUT * texts.size();
        return new CallRequest(PaidRoute.EMBEDDINGS, model, bound, 0, Text.estimatedTokens(bytes), false);
    }

    private static RequestReading tokens(String model, long inputs, long tokens) {
        return new CallRequest(PaidRoute.EMBEDDINGS, model, tokens + TOKENS_AROUND_INPUT * inputs, 0, tokens, true);
    }

    private static boolean isTokens(Object input) {
        return input instanceof List<?> list
                && !list.isEmpty()
                && list.stream().allMatch(item -> item instanceof Integer || item instanceof Long);
    }

    private static ApiError fault(String message) {
        return ApiError.invalid("input", "invalid_value", message);
    }
}
