package io.tallystick.identity.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who floods POST /token is held, and holds nobody else. The clock is an argument of the limits, so no test has to be fast. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class TokenFloodTest {
    private static final String SERVICE = "metering-service";
    private static final int ATTEMPTS = 20;

    private final TestClient operator = TestClient.operator();
    private final TestClient reporter = TestClient.random();
    private String tenant;

    @Inject
    TokenLimits limits;

    @ConfigProperty(name = "tallystick.identity.token.requests-per-second-and-did", defaultValue = "50")
    int perSecondAndDid;

    @BeforeEach
    void aReporter() {
        tenant = operator.newTenant();
        operator.register(tenant, reporter.did(), "service", "ingest").statusCode(201);
    }

    @Test
    void aDidThatFloodsIsToldToWait() {
        floodsInAnHour(reporter.did(), "t-of-nobody");

        TestClient.ask(reporter.assertion(), SERVICE, "")
                .statusCode(429)
                .header("Retry-After", equalTo("1"))
                .header("Cache-Control", equalTo("no-store"))
                .body("error", equalTo("temporarily_unavailable"))
                .body("error_description", containsString("Your DID"));

        var other = TestClient.random();
        operator.register(tenant, other.did(), "service", "ingest").statusCode(201);
        TestClient.ask(other.assertion(), SERVICE, "").statusCode(200);
    }

    @Test
    void aTenantThatFloodsIsToldToWait() {
        for (var i = 0; i < 100; i++) {
            floodsInAnHour("did:key:zOneOfMany" + i, tenant);
        }

        TestClient.ask(reporter.assertion(), SERVICE, "")
                .statusCode(429)
                .body("error_description", containsString("this tenant"));
        assertThat(operator.newTenant()).isNotEmpty();
    }

    @Test
    void whoMerelyKnowsADidDoesNotLockOutItsHolder() {
        var attacker = TestClient.random();
        var before = System.nanoTime();

        for (var i = 0; i < ATTEMPTS; i++) {
            var forged = attacker.assertion(reporter.claims(UUID.randomUUID().toString()));
            TestClient.ask(forged, SERVICE, "").statusCode(401);
            TestClient.ask(attacker.assertion(), SERVICE, "").statusCode(401);
        }

        // As many as if nobody had asked.
        assertThat(left(reporter.did(), before)).isEqualTo(TokenLimits.BURST_SECONDS * perSecondAndDid);
    }

    @Test
    void whoReplaysAnAssertionDoesNotLockOutItsHolder() {
        var seen = reporter.assertion();
        TestClient.ask(seen, SERVICE, "").statusCode(200);
        var after = System.nanoTime();

        for (var i = 0; i < ATTEMPTS; i++) {
            TestClient.ask(seen, SERVICE, "").statusCode(401);
        }

        assertThat(left(reporter.did(), after)).isGreaterThanOrEqualTo(TokenLimits.BURST_SECONDS * perSecondAndDid - 1);
    }

    /** Takes all there is, an hour from now, so that nothing is there before. */
    private void floodsInAnHour(String did, String ofTenant) {
        left(did, ofTenant, System.nanoTime() + Duration.ofHours(1).toNanos());
    }

    private int left(String did, long nanoTime) {
        return left(did, "t-of-" + UUID.randomUUID(), nanoTime);
    }

    private int left(String did, String ofTenant, long nanoTime) {
        var left = 0;
        while (true) {
            try {
                limits.takeOfCaller(did, ofTenant, nanoTime);
                left++;
            } catch (TokenRefused e) {
                return left;
            }
        }
    }
}
