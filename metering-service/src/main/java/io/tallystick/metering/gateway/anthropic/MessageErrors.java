package io.tallystick.metering.gateway.anthropic;

import io.tallystick.metering.gateway.openai.ApiError;
import io.tallystick.metering.gateway.openai.PaidRoute;
import java.util.Map;

/** Errors of the gateway in the shape of Anthropic's API. */
public final class MessageErrors {

    private MessageErrors() {}

    /** Whether that is the shape of the errors of {@code path}. */
    public static boolean areOf(String path) {
        var messages = PaidRoute.MESSAGES.path();
        return path.equals(messages) || path.startsWith(messages + "/");
    }

    /** That API has no code; a client that does not know the member passes over it. */
    public static Map<String, Object> body(ApiError error) {
        return Map.of(
                "type",
                "error",
                "error",
                Map.of("type", type(error.status()), "message", error.message(), "code", error.code()));
    }

    private static String type(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 402, 412 -> "billing_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 503, 529 -> "overloaded_error";
            case 408, 504 -> "timeout_error";
            default -> status < 500 ? "invalid_request_error" : "api_error";
        };
    }
}
