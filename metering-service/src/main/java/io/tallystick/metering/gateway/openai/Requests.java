package io.tallystick.metering.gateway.openai;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads a request's body, already parsed, for what it can cost. */
public final class Requests {
    // Some model servers match member names whatever their case. Two spellings of one name would let a client show
    // us one limit and the model server another.
    private static final Pattern MEMBER_NAME = Pattern.compile("[a-z0-9_]{1,64}");
    private static final Pattern MODEL = Pattern.compile("[\\x21-\\x7e]{1,128}");

    private final Limits limits;

    public Requests(Limits limits) {
        this.limits = limits;
    }

    /** The call that {@code body} asks for, or what is wrong with it. Checked in the order written here. */
    public RequestReading read(PaidRoute route, Map<String, Object> body) {
        var fault = Stream.of(misspelt(body), modelFault(body), streamFault(route, body))
                .flatMap(Optional::stream)
                .findFirst();
        if (fault.isPresent()) {
            return fault.get();
        }
        return switch (route) {
            case CHAT_COMPLETIONS -> new ChatReader(limits).read(body);
            case EMBEDDINGS -> new EmbeddingsReader(limits).read(body);
            case MESSAGES -> throw new IllegalArgumentException("a request of another API");
        };
    }

    /** Whether this can be a model's name at all. */
    public static boolean isModel(String name) {
        return MODEL.matcher(name).matches();
    }

    private static Optional<ApiError> misspelt(Map<String, Object> body) {
        return body.keySet().stream()
                .filter(name -> !MEMBER_NAME.matcher(name).matches())
                .findFirst()
                .map(_ -> ApiError.invalid(
                        "", "unknown_parameter", "Write the names of the request's members in lower case."));
    }

    /** What is wrong with the model that a request names. */
    public static Optional<ApiError> modelFault(Map<String, Object> body) {
        return body.get("model") instanceof String model && isModel(model)
                ? Optional.empty()
                : Optional.of(ApiError.invalid(
                        "model",
                        "invalid_value",
                        "Name a model: a string of 1 to 128 printable characters, as GET /v1/models lists them."));
    }

    private static Optional<ApiError> streamFault(PaidRoute route, Map<String, Object> body) {
        return switch (body.get("stream")) {
            case null -> optionsFault(body.get("stream_options"));
            case Boolean asked
            when asked && route == PaidRoute.EMBEDDINGS ->
                Optional.of(ApiError.invalid(
                        "stream",
                        "unsupported_value",
                        "Embeddings are not streamed. Send stream: false, or leave it out."));
            case Boolean _ -> optionsFault(body.get("stream_options"));
            default ->
                Optional.of(ApiError.invalid("stream", "invalid_value", "Send true or false, or leave stream out."));
        };
    }

    private static Optional<ApiError> optionsFault(Object options) {
        var readable = options == null
                || (options instanceof Map<?, ?> members
                        && (members.get("include_usage") == null || members.get("include_usage") instanceof Boolean));
        return readable
                ? Optional.empty()
                : Optional.of(ApiError.invalid(
                        "stream_options", "invalid_value", "Send an object; its include_usage is true or false."));
    }
}
