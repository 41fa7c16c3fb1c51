package io.tallystick.devstack.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A request that is refused, in the words and the shape of OpenAI's API. */
final class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final String type;
    private final String parameter;
    private final String code;

    private ApiException(int status, String type, String parameter, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.parameter = parameter;
        this.code = code;
    }

    /** A mistake in the request as a whole. */
    static ApiException request(int status, String code, String message) {
        return new ApiException(status, "invalid_request_error", null, code, message);
    }

    /** A mistake in one parameter. */
    static ApiException parameter(String parameter, String message) {
        return new ApiException(400, "invalid_request_error", parameter, "invalid_value", message);
    }

    static ApiException unknownModel(String model) {
        var message = "The model '" + model + "' does not exist here; GET /v1/models lists those that do.";
        return new ApiException(404, "invalid_request_error", "model", "model_not_found", message);
    }

    static ApiException busy() {
        return new ApiException(503, "server_error", null, "overloaded", "Too many requests at once; try again.");
    }

    static ApiException fault() {
        return new ApiException(500, "server_error", null, null, "The model failed; its log says why.");
    }

    /** A failure that was asked for, as OpenAI's API words it. */
    static ApiException wanted(int status) {
        return switch (status) {
            case 400 -> parameter("user", "This request was to be refused.");
            case 429 ->
                new ApiException(429, "requests", null, "rate_limit_exceeded", "Rate limit reached; try again later.");
            default -> new ApiException(status, "server_error", null, null, "The server had an error.");
        };
    }

    int status() {
        return status;
    }

    ObjectNode body() {
        var body = JsonNodeFactory.instance.objectNode();
        body.putObject("error")
                .put("message", getMessage())
                .put("type", type)
                .put("param", parameter)
                .put("code", code);
        return body;
    }

    /** The same as Anthropic's API words it. */
    ObjectNode anthropicBody() {
        var named =
                switch (status) {
                    case 404 -> "not_found_error";
                    case 413 -> "request_too_large";
                    case 429 -> "rate_limit_error";
                    case 503, 529 -> "overloaded_error";
                    default -> status < 500 ? "invalid_request_error" : "api_error";
                };
        var body = JsonNodeFactory.instance.objectNode().put("type", "error");
        body.putObject("error").put("type", named).put("message", getMessage());
        return body;
    }
}
