package io.tallystick.kit.access;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.kit.access.AccessRefused.Reason;
import io.tallystick.kit.access.apikey.ApiKey;
import io.tallystick.kit.access.apikey.UsedKey;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Whether a request may go on. For resources {@link RequiresScope} asks it; other edges ask it themselves. */
@ApplicationScoped
public class AccessCheck {
    private static final String SCHEME = "Bearer ";

    /** What an access token that is for its caller's own only is held to; what it may write, another role gave it. */
    private static final String READING = ":read";

    private final AccessTokenVerifier verifier;
    private final IdentityView identity;
    private final MeterRegistry metrics;
    private final String audience;

    AccessCheck(AccessConfig config, IdentityView identity, MeterRegistry metrics) {
        this.verifier = new AccessTokenVerifier(config.issuer(), config.audience(), config.clockSkew(), identity);
        this.identity = identity;
        this.metrics = metrics;
        audience = config.audience();
    }

    /** As {@link #require(String, String, boolean)}, for callers that may read all that is their tenant's. */
    public AccessToken require(String authorization, String scope) {
        return require(authorization, scope, false);
    }

    /**
     * The caller's access token, verified, or what an API key in its place says.
     *
     * @param authorization the request's {@code Authorization} header, {@code null} if it has none
     * @param scope what the caller must be allowed to do
     * @param own whether a caller passes that may read only what is its own; who asks keeps it to that
     * @throws AccessRefused if the request may not go on
     */
    public AccessToken require(String authorization, String scope, boolean own) {
        return require(authorization, scope, scope, own);
    }

    AccessToken require(String authorization, RequiresScope required) {
        var or = required.or().isEmpty() ? required.value() : required.or();
        return require(authorization, required.value(), or, required.own());
    }

    private AccessToken require(String authorization, String scope, String or, boolean own) {
        try {
            var bearer = bearer(authorization);
            var now = Instant.now();
            var token = ApiKey.isMeant(bearer) ? ofApiKey(bearer, now) : verifier.verify(bearer, now);
            var readsAll = scope.endsWith(READING) && !own;
            var allowed = token.scopes().contains(scope) || token.scopes().contains(or);
            if (!allowed || (token.ownOnly() && readsAll)) {
                throw new AccessRefused(
                        Reason.INSUFFICIENT_SCOPE,
                        "This needs an access token or API key with the scope " + scope + ".",
                        scope);
            }
            return token;
        } catch (AccessRefused e) {
            count(e);
            throw e;
        }
    }

    void count(AccessRefused refused) {
        var reason = refused.reason().name().toLowerCase(Locale.ROOT);
        metrics.counter("tallystick.access.refusals", "reason", reason).increment();
    }

    private AccessToken ofApiKey(String text, Instant now) {
        try {
            var key = identity.apiKey(ApiKey.parse(text), now);
            var scopes = Set.copyOf(key.scopes().getOrDefault(audience, List.of()));
            return new AccessToken(
                    key.tenant(),
                    key.did(),
                    scopes,
                    key.own(),
                    key.id(),
                    key.expiresAt(),
                    Optional.of(UsedKey.of(key)));
        } catch (ApiKey.Invalid e) {
            throw new AccessRefused(Reason.MALFORMED_API_KEY, e.getMessage());
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
