package io.tallystick.metering.gateway;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.kit.LogLines;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls with marked secrets, well and badly ended, and no line of the log that holds one. */
@QuarkusTest
@WithTestResource(GatewayWorld.class)
class GatewayLogTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final List<String> SECRETS = List.of(
            "prompt-marker",
            "completion-marker",
            "client-token-marker",
            "payment-marker",
            GatewayWorld.PROVIDER_KEY,
            new String(GatewayWorld.SEED, US_ASCII),
            Base64.getUrlEncoder().withoutPadding().encodeToString(GatewayWorld.SEED));

    private LogLines log;

    @BeforeEach
    void listen() {
        log = LogLines.open();
    }

    @AfterEach
    void leave() {
        log.close();
    }

    @Test
    void holdsNoSecretHoweverACallEnds() {
        for (var model : List.of("secret", "secret-garbage", "secret-refused", "slow", "gone")) {
            call(model, "pay-" + UUID.randomUUID());
        }
        for (var payment : List.of(
                "refund", "again", "billing-fails", "billing-hangs-up", "billing-babbles", "unrecordable", "deaf")) {
            call("secret", payment);
        }
        given().contentType("application/json")
                .body("{\"prompt-marker")
                .post(CHAT)
                .then()
                .statusCode(400);

        assertThat(log.all()).hasSizeGreaterThan(3).allSatisfy(line -> assertThat(line)
                .doesNotContain(SECRETS));
    }

    private static void call(String model, String payment) {
        var filled = String.format("%-70s", payment).replace(' ', '.');
        given().contentType("application/json")
                .header("Authorization", "Bearer client-token-marker")
                .header("PAYMENT-SIGNATURE", filled + "payment-marker")
                .body("{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"prompt-marker\"}]}")
                .post(CHAT);
    }
}
