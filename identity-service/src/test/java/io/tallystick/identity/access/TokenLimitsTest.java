package io.tallystick.identity.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.identity.access.TokenRefused.Code;
import org.junit.jupiter.api.Test;

class TokenLimitsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final String ANN = "did:key:zAnn";
    private static final String BOB = "did:key:zBob";

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final TokenLimits limits = new TokenLimits(new Low(), metrics);

    /** Two a second for a DID, three for a tenant. */
    private record Low() implements TokenConfig {
        @Override
        public int lifetimeSeconds() {
            return 300;
        }

        @Override
        public int requestsPerSecond() {
            return 1;
        }

        @Override
        public int burst() {
            return 1;
        }

        @Override
        public int requestsPerSecondAndDid() {
            return 2;
        }

        @Override
        public int requestsPerSecondAndTenant() {
            return 3;
        }
    }

    @Test
    void aDidThatFloodsIsHeldAndItsTenantsOthersAreNot() {
        assertThat(allowed(ANN, "acme", 0, 100)).isEqualTo(8);

        // What was refused to one took nothing from its tenant: of twelve, four are left.
        assertThat(allowed(BOB, "acme", 0, 4)).isEqualTo(4);
        assertThat(limited("did")).isEqualTo(92);
    }

    @Test
    void aTenantThatFloodsWithManyDidsIsHeldAndOtherTenantsAreNot() {
        var allowed = 0;
        for (var i = 0; i < 100; i++) {
            allowed += allowed("did:key:z" + i, "acme", 0, 1);
        }

        assertThat(allowed).isEqualTo(12);
        assertThat(allowed(BOB, "globex", 0, 8)).isEqualTo(8);
        assertThat(limited("tenant")).isEqualTo(88);
    }

    @Test
    void theRateComesBackWithTime() {
        assertThat(allowed(ANN, "acme", 0, 100)).isEqualTo(8);
        assertThat(allowed(ANN, "acme", SECOND, 100)).isEqualTo(2);
        assertThat(allowed(ANN, "acme", 60 * SECOND, 100)).isEqualTo(8);
    }

    @Test
    void whoIsHeldIsToldWhoseLimitItIs() {
        limits.takeOfAddress("192.0.2.1", 0);

        assertThatThrownBy(() -> limits.takeOfAddress("192.0.2.1", 0))
                .hasMessageContaining("Your address")
                .isInstanceOfSatisfying(
                        TokenRefused.class, e -> assertThat(e.code()).isEqualTo(Code.TEMPORARILY_UNAVAILABLE));
    }

    private int allowed(String did, String tenant, long nanoTime, int times) {
        var allowed = 0;
        for (var i = 0; i < times; i++) {
            try {
                limits.takeOfCaller(did, tenant, nanoTime);
                allowed++;
            } catch (TokenRefused e) {
                assertThat(e.code()).isEqualTo(Code.TEMPORARILY_UNAVAILABLE);
            }
        }
        return allowed;
    }

    private double limited(String policy) {
        return metrics.counter("tallystick.identity.tokens.limited", "policy", policy)
                .count();
    }
}
