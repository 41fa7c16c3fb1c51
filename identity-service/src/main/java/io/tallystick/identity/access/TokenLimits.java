package io.tallystick.identity.access;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.identity.access.TokenRefused.Code;
import io.tallystick.kit.problem.RateLimit;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;

/**
 * How often access tokens may be asked for, at this instance. An address is counted before anything is known of who asks;
 * a DID and a tenant only after the caller proved itself, its proof was taken, and it was found to be theirs: who merely
 * knows a DID, or has seen an assertion of it, uses up nothing of its holder's, and DIDs that nobody registered are not
 * remembered.
 */
@ApplicationScoped
class TokenLimits {
    /** How many seconds' requests of a DID or a tenant may be made at once. */
    static final int BURST_SECONDS = 4;

    private final RateLimit addresses;
    private final RateLimit dids;
    private final RateLimit tenants;
    private final MeterRegistry metrics;

    TokenLimits(TokenConfig config, MeterRegistry metrics) {
        this.addresses = new RateLimit(config.requestsPerSecond(), config.burst());
        this.dids = ofSeconds(config.requestsPerSecondAndDid());
        this.tenants = ofSeconds(config.requestsPerSecondAndTenant());
        this.metrics = metrics;
    }

    private static RateLimit ofSeconds(int requestsPerSecond) {
        return new RateLimit(requestsPerSecond, BURST_SECONDS * requestsPerSecond);
    }

    /** @throws TokenRefused if this network address asks too often */
    void takeOfAddress(String address, long nanoTime) {
        take(Policy.ADDRESS, addresses, address, nanoTime);
    }

    /**
     * The DID's first: one at its end takes nothing from its tenant.
     *
     * @throws TokenRefused if this DID, or all of this tenant together, ask too often
     */
    void takeOfCaller(String did, String tenant, long nanoTime) {
        take(Policy.DID, dids, did, nanoTime);
        take(Policy.TENANT, tenants, tenant, nanoTime);
    }

    private void take(Policy policy, RateLimit rate, String caller, long nanoTime) {
        if (!rate.allows(caller, nanoTime)) {
            metrics.counter(
                            "tallystick.identity.tokens.limited",
                            "policy",
                            policy.name().toLowerCase(Locale.ROOT))
                    .increment();
            throw new TokenRefused(Code.TEMPORARILY_UNAVAILABLE, policy.detail);
        }
    }

    private enum Policy {
        ADDRESS("Your address asks"),
        DID("Your DID asks"),
        TENANT("All who act for this tenant together ask");

        private final String detail;

        Policy(String who) {
            detail = who + " too often: wait for Retry-After, and use an access token until it ends.";
        }
    }
}
