package io.tallystick.identity.access;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.access.AccessTokens.Grant;
import io.tallystick.identity.access.AccessTokens.Issued;
import io.tallystick.identity.access.AccessTokens.Spending;
import io.tallystick.identity.access.ClientAssertions.Verified;
import io.tallystick.identity.access.TokenRefused.Code;
import io.tallystick.identity.did.Identities;
import io.tallystick.identity.did.Identities.Known;
import io.tallystick.identity.did.Identity;
import io.tallystick.identity.did.role.Scopes;
import io.tallystick.identity.grant.Grants;
import io.tallystick.identity.grant.SpendGrant.Agent;
import io.tallystick.identity.key.IdentityConfig;
import io.tallystick.identity.tenant.Tenant;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** OAuth 2's token endpoint: client credentials with {@code private_key_jwt}, the key being that of the caller's DID. */
@Path("/token")
@PermitAll
class TokenResource {
    private final ClientAssertions assertions;
    private final UsedAssertions used;
    private final Identities identities;
    private final AccessTokens tokens;
    private final Grants grants;
    private final IdentityConfig config;
    private final RateLimit rate;
    private final MeterRegistry metrics;

    TokenResource(
            ClientAssertions assertions,
            UsedAssertions used,
            Identities identities,
            AccessTokens tokens,
            Grants grants,
            IdentityConfig config,
            TokenConfig token,
            MeterRegistry metrics) {
        this.assertions = assertions;
        this.used = used;
        this.identities = identities;
        this.tokens = tokens;
        this.grants = grants;
        this.config = config;
        this.rate = new RateLimit(token.requestsPerSecond(), token.burst());
        this.metrics = metrics;
    }

    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Uni<RestResponse<Granted>> issue(MultivaluedMap<String, String> form, @Context HttpServerRequest http) {
        if (!rate.allows(http.remoteAddress().hostAddress(), System.nanoTime())) {
            throw new TokenRefused(
                    Code.TEMPORARILY_UNAVAILABLE, "Ask less often, and use an access token until it ends.");
        }
        var request = TokenRequest.of(form);
        var now = Instant.now();
        var assertion = assertions.verify(request.assertion(), now);
        if (!form.getOrDefault("client_id", List.of(assertion.did())).contains(assertion.did())) {
            throw new TokenRefused(Code.INVALID_CLIENT, "client_id must be the DID of the client_assertion.");
        }
        return once(assertion)
                .chain(() -> request.grant().isEmpty()
                        ? grant(request, assertion.did(), now).map(grant -> tokens.issue(grant, now))
                        : spending(request, assertion, now).map(spending -> tokens.issue(spending, now)))
                .map(issued -> granted(issued, request.audience()));
    }

    /** The client said who may spend, and by which key: the agent's roles, if it has any, do not matter. */
    private Uni<Spending> spending(TokenRequest request, Verified agent, Instant now) {
        return grants.holding(request.tenant(), request.grant(), now).map(found -> {
            var kept = found.filter(one -> one.grant().agent().equals(new Agent(agent.did(), agent.key())))
                    .orElseThrow(() -> new TokenRefused(
                            Code.INVALID_GRANT, "No grant of this tenant that holds now is yours by this jti."));
            var scopes = scopes(Scopes.ofSpender(request.audience()), request);
            return new Spending(kept.grant(), kept.tenant(), kept.place().client(), request.audience(), scopes);
        });
    }

    private Uni<Void> once(Verified assertion) {
        return used.claim(assertion)
                .invoke(fresh -> {
                    if (!fresh) {
                        throw new TokenRefused(
                                Code.INVALID_CLIENT, "The client_assertion was used before; sign a new one.");
                    }
                })
                .replaceWithVoid();
    }

    private Uni<Grant> grant(TokenRequest request, String did, Instant now) {
        if (did.equals(config.operatorDid())
                && (request.tenant().isEmpty() || request.tenant().equals(Tenant.INSTALLATION))) {
            var scopes = scopes(Scopes.ofOperator(request.audience()), request);
            return Uni.createFrom().item(new Grant(Tenant.INSTALLATION, did, request.audience(), scopes, false));
        }
        return identities.of(did, request.tenant()).chain(found -> {
            var known = chosen(found);
            var grant = grant(request, known.identity());
            return known.inUse()
                    ? Uni.createFrom().item(grant)
                    : identities.inUse(known.identity(), now).replaceWith(grant);
        });
    }

    private static Grant grant(TokenRequest request, Identity identity) {
        var scopes = scopes(Scopes.of(identity.roles(), request.audience()), request);
        return new Grant(
                identity.tenant(), identity.did(), request.audience(), scopes, Scopes.ownOnly(identity.roles()));
    }

    /** A tenant that the holder never used does not count beside one that it did: anyone may register any DID. */
    private static Known chosen(List<Known> found) {
        var inUse = found.stream().filter(Known::inUse).toList();
        var fitting = inUse.isEmpty() ? found : inUse;
        if (fitting.isEmpty()) {
            throw new TokenRefused(Code.INVALID_CLIENT, "This DID is not registered; ask the tenant's owner.");
        }
        if (fitting.size() > 1) {
            throw new TokenRefused(Code.INVALID_REQUEST, "This DID acts for several tenants: send tenant.");
        }
        return fitting.getFirst();
    }

    private static List<String> scopes(Set<String> allowed, TokenRequest request) {
        return Scopes.granted(allowed, request.scope())
                .orElseThrow(() -> new TokenRefused(
                        Code.INVALID_SCOPE,
                        allowed.isEmpty()
                                ? "This DID's roles give nothing in " + request.audience() + "."
                                : "Ask for scopes among: "
                                        + String.join(
                                                " ", allowed.stream().sorted().toList())));
    }

    private RestResponse<Granted> granted(Issued issued, String audience) {
        metrics.counter("tallystick.identity.tokens", "audience", audience).increment();
        var scope = String.join(" ", issued.scopes());
        var answer = new Granted(issued.token(), "Bearer", issued.lifetimeSeconds(), scope);
        return RestResponse.ResponseBuilder.ok(answer)
                .header("Cache-Control", "no-store")
                .build();
    }

    @ServerExceptionMapper
    public RestResponse<OAuthError> refused(TokenRefused e) {
        var word = e.code().name().toLowerCase(Locale.ROOT);
        metrics.counter("tallystick.identity.tokens.refused", "error", word).increment();
        var answer = RestResponse.ResponseBuilder.<OAuthError>create(e.code().status())
                .entity(new OAuthError(word, e.getMessage()))
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header("Cache-Control", "no-store");
        return e.code() == Code.TEMPORARILY_UNAVAILABLE
                ? answer.header("Retry-After", "1").build()
                : answer.build();
    }

    record Granted(
            @JsonProperty("access_token") String accessToken,
            @JsonProperty("token_type") String tokenType,
            @JsonProperty("expires_in") int expiresIn,
            String scope) {}

    @RegisterForReflection
    record OAuthError(
            String error, @JsonProperty("error_description") String description) {}
}
