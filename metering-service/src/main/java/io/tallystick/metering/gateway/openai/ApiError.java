package io.tallystick.metering.gateway.openai;

import static java.util.Objects.requireNonNull;

/**
 * An error in the shape that clients of the OpenAI API read: {@code {"error":{message,type,param,code}}}.
 *
 * @param param the member of the request at fault, or an empty string
 */
public record ApiError(int status, String message, String type, String param, String code) implements RequestReading {
    private static final String INVALID_REQUEST = "invalid_request_error";

    public ApiError {
        requireNonNull(message, "message");
        requireNonNull(type, "type");
        requireNonNull(param, "param");
        requireNonNull(code, "code");
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("not an error's status: " + status);
        }
    }

    /** The request's own fault, found before any payment. */
    public static ApiError invalid(String param, String code, String message) {
        return new ApiError(400, message, INVALID_REQUEST, param, code);
    }

    /** The request's own fault, with a status that says more than 400. */
    public static ApiError invalid(int status, String code, String message) {
        return new ApiError(status, message, INVALID_REQUEST, "", code);
    }

    /** Payment is missing or was refused. Clients do not repeat a 402 unpaid. */
    public static ApiError unpaid(int status, String message) {
        return new ApiError(status, message, "insufficient_quota", "", "insufficient_quota");
    }

    /** Ours or the model server's fault; nothing was charged. */
    public static ApiError server(int status, String code, String message) {
        return new ApiError(status, message, "server_error", "", code);
    }
}
