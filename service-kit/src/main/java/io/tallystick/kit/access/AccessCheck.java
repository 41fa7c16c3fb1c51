package io.tallystick.kit.access;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.kit.access.AccessRefused.Reason;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Whether a request may go on. For resources {@link RequiresScope} asks it; other edges ask it themselves. */
@ApplicationScoped
public class AccessCheck {
    private static final String SCHEME = "Bearer ";

    /** What an access token that is for its caller's own only is held to; what it may write, another role gave it. */
    private static final String READING = ":read";

    private final AccessTokenVerifier verifier;
    private final MeterRegistry metrics;
    private final String audience;

    AccessCheck(AccessConfig config, IdentityView identity, MeterRegistry metrics) {
        this.verifier = new AccessTokenVerifier(config.issuer(), config.audience(), config.clockSkew(), identity);
        this.metrics = metrics;
        audience = config.audience();
    }

    /** As {@link #require(String, String, boolean)}, for callers that may read all that is their tenant's. */
    public AccessToken require(String authorization, String scope) {
        return require(authorization, scope, false);
    }

    /**
     * The caller's access token, verified.
     *
     * @param authorization the request's {@code Authorization} header, {@code null} if it has none
     * @param scope what the caller must be allowed to do
     * @param own whether a caller passes that may read only what is its own; who asks keeps it to that
     * @throws AccessRefused if the request may not go on
     */
    public AccessToken require(String authorization, String scope, boolean own) {
        try {
            var token = verifier.verify(bearer(authorization), Instant.now());
            var readsAll = scope.endsWith(READING) && !own;
            if (!token.scopes().contains(scope) || (token.ownOnly() && readsAll)) {
                throw new AccessRefused(
                        Reason.INSUFFICIENT_SCOPE, "This needs an access token with the scope " + scope + ".", scope);
            }
            return token;
        } catch (AccessRefused e) {
            metrics.counter(
                            "tallystick.access.refusals",
                            "reason",
                            e.reason().name().toLowerCase(Locale.ROOT))
                    .increment();
            throw e;
        }
    }

    /** What an access token must be for. The filter asks here: it is made before the configuration can be read. */
    String audience() {
        return audience;
    }

    private static String bearer(String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw new AccessRefused(Reason.NO_TOKEN, "Send an access token: Authorization: Bearer …");
        }
        return authorization.substring(SCHEME.length()).strip();
    }

    @Produces
    @Singleton
    static IdentityView identity(AccessConfig config) {
        return new IdentityView(
                config.eventKey(),
                bounded("max-silence", config.maxSilence()),
                bounded("max-lag", config.maxLag()),
                bounded("clock-skew", config.clockSkew()));
    }

    private static Duration bounded(String name, Duration value) {
        if (value.isNegative() || value.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("tallystick.access." + name + " must be between 0 and 60 s: " + value);
        }
        return value;
    }
}
