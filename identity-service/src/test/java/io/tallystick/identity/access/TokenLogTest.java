package io.tallystick.identity.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.kit.LogLines;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is told of the token endpoint: numbers, and nothing that would let anybody in. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class TokenLogTest {
    private final TestClient operator = TestClient.operator();

    @Inject
    MeterRegistry metrics;

    @Test
    void theLogHoldsNoAssertionAndNoToken() {
        var secrets = new ArrayList<String>();
        try (var log = LogLines.open()) {
            var good = operator.assertion();
            secrets.addAll(parts(good));
            var token = TestClient.ask(good, "identity-service", "tenants:write")
                    .statusCode(200)
                    .extract()
                    .<String>path("access_token");
            secrets.addAll(parts(token));
            // Used before, cut short, signed by a stranger, and no assertion at all.
            TestClient.ask(good, "identity-service", "").statusCode(401);
            TestClient.ask(good.substring(0, good.length() - 9), "identity-service", "")
                    .statusCode(401);
            var stranger = TestClient.random().assertion();
            secrets.addAll(parts(stranger));
            TestClient.ask(stranger, "identity-service", "").statusCode(401);
            TestClient.ask("assertion-marker", "identity-service", "").statusCode(401);
            secrets.add("assertion-marker");
            operator.newTenant();
            operator.get("/v1/tenants");

            assertThat(log.all()).allSatisfy(line -> assertThat(line).doesNotContain(secrets));
        }
    }

    @Test
    void theMetricsCountWhatWasGivenAndWhatWasRefused() {
        var given = count("tallystick.identity.tokens", "audience", "identity-service");
        var refused = count("tallystick.identity.tokens.refused", "error", "invalid_client");

        operator.token("identity-service");
        TestClient.ask("nothing", "identity-service", "").statusCode(401);

        assertThat(count("tallystick.identity.tokens", "audience", "identity-service") - given)
                .isEqualTo(1);
        assertThat(count("tallystick.identity.tokens.refused", "error", "invalid_client") - refused)
                .isEqualTo(1);
    }

    private double count(String name, String tag, String value) {
        var counter = metrics.find(name).tag(tag, value).counter();
        return counter == null ? 0 : counter.count();
    }

    /** Payload and signature; the header is no secret. */
    private static List<String> parts(String jws) {
        var parts = jws.split("[.]", -1);
        return List.of(parts[1], parts[2]);
    }
}
