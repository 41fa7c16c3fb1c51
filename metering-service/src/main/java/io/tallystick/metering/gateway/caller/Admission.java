package io.tallystick.metering.gateway.caller;

import static java.util.Objects.requireNonNull;

import io.tallystick.metering.gateway.openai.ApiError;
import java.util.List;
import java.util.Map;

/** Whether a request may go on. */
public sealed interface Admission {

    /** @param headers fields of the answer, whatever it will be, each with its lines */
    record Admitted(Buyer buyer, Map<String, List<String>> headers) implements Admission {
        public Admitted {
            requireNonNull(buyer, "buyer");
            headers = Map.copyOf(headers);
        }
    }

    /** @param headers fields of the answer beside those of any error, each with its lines */
    record Refused(ApiError error, Map<String, List<String>> headers) implements Admission {
        public Refused {
            requireNonNull(error, "error");
            headers = Map.copyOf(headers);
        }
    }

    static Refused refused(ApiError error) {
        return new Refused(error, Map.of());
    }

    /** Too much in a minute. */
    static Refused tooMuch(String type, String message, long secondsToWait) {
        return new Refused(
                new ApiError(429, message, type, "", "rate_limit_exceeded"),
                Map.of("Retry-After", List.of(Long.toString(secondsToWait))));
    }
}
