package io.tallystick.metering.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.metering.gateway.call.Headers.Field;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadersTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PAYMENT-SIGNATURE",
                "payment-signature",
                "X-PAYMENT",
                "Authorization",
                "x-api-key",
                "Cookie",
                "OpenAI-Organization",
                "OpenAI-Project",
                "Host",
                "Content-Length",
                "Transfer-Encoding",
                "Connection",
                "X-Forwarded-For",
                "Access-Control-Expose-Headers",
                "Accept-Encoding"
            })
    void keepsFromTheModelServerWhatIsNotTheClientsToSay(String name) {
        assertThat(headers(Map.of(name, "x")).forModelServer()).isEqualTo(Headers.NONE);
    }

    @Test
    void passesWhatDescribesTheBodyAndTheTrace() {
        var sent =
                new Headers(List.of(new Field("Content-Type", "application/json"), new Field("traceparent", "00-1")));

        assertThat(sent.forModelServer()).isEqualTo(sent);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection",
                "keep-alive",
                "Transfer-Encoding",
                "Content-Length",
                "Set-Cookie",
                "PAYMENT-RESPONSE",
                "payment-required",
                "X-Tallystick-Upstream",
                "Access-Control-Allow-Origin",
                "openai-organization",
                "Trailer",
                "Upgrade"
            })
    void keepsFromTheClientWhatIsNotTheModelServersToSay(String name) {
        assertThat(headers(Map.of(name, "x")).forClient()).isEqualTo(Headers.NONE);
    }

    @Test
    void passesEverythingElseToTheClientInOrderAndCase() {
        var answered = new Headers(
                List.of(new Field("X-Request-Id", "r1"), new Field("Warning", "a"), new Field("Warning", "b")));

        assertThat(answered.forClient()).isEqualTo(answered);
    }

    @Test
    void dropsWhatConnectionNamesInBothDirections() {
        var headers = new Headers(List.of(
                new Field("Connection", "close, X-Hop"),
                new Field("connection", "TRACEPARENT"),
                new Field("x-hop", "1"),
                new Field("traceparent", "00-1")));

        assertThat(headers.forClient()).isEqualTo(Headers.NONE);
        assertThat(headers.forModelServer()).isEqualTo(Headers.NONE);
    }

    @Test
    void replacesWithoutCase() {
        assertThat(headers(Map.of("cache-control", "public")).with("Cache-Control", "private"))
                .isEqualTo(headers(Map.of("Cache-Control", "private")));
    }

    private static Headers headers(Map<String, String> fields) {
        return new Headers(fields.entrySet().stream()
                .map(field -> new Field(field.getKey(), field.getValue()))
                .toList());
    }
}
