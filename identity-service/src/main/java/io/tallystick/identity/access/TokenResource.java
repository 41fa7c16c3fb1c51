package io.tallystick.identity.access;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.access.AccessTokens.Issued;
import io.tallystick.identity.access.Authority.Asking;
import io.tallystick.identity.access.Callers.Believed;
import io.tallystick.identity.access.TokenRefused.Code;
import io.tallystick.kit.access.proof.DpopProofs;
import io.tallystick.kit.access.proof.Proof;
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
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * OAuth 2's token endpoint: client credentials with {@code private_key_jwt}, the key being that of the caller's DID, or with
 * what a platform gave a program; and the exchange of a spend grant (RFC 8693).
 */
@Path("/token")
@PermitAll
class TokenResource {
    private static final String ISSUED_TYPE = "urn:ietf:params:oauth:token-type:access_token";

    private final Callers callers;
    private final TokenProofs proofs;
    private final Authority authority;
    private final TokenLimits limits;
    private final MeterRegistry metrics;

    TokenResource(Callers callers, TokenProofs proofs, Authority authority, TokenLimits limits, MeterRegistry metrics) {
        this.callers = callers;
        this.proofs = proofs;
        this.authority = authority;
        this.limits = limits;
        this.metrics = metrics;
    }

    @POST
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Uni<RestResponse<Granted>> issue(MultivaluedMap<String, String> form, @Context HttpServerRequest http) {
        limits.takeOfAddress(http.remoteAddress().hostAddress(), System.nanoTime());
        var request = TokenRequest.of(form);
        var now = Instant.now();
        return callers.believe(request, now).chain(caller -> {
            requireClientId(form, caller.did());
            return issue(request, caller, http, now);
        });
    }

    private static void requireClientId(MultivaluedMap<String, String> form, String did) {
        if (!form.getOrDefault("client_id", List.of(did)).contains(did)) {
            throw new TokenRefused(Code.INVALID_CLIENT, "client_id must be the DID of the client_assertion.");
        }
    }

    private Uni<RestResponse<Granted>> issue(
            TokenRequest request, Believed caller, HttpServerRequest http, Instant now) {
        // First, so that who only lacks a nonce can send the same assertion again.
        var proof = proofs.read(http, now);
        var boundTo = proof.map(Proof::key).orElse("");
        var key = caller.key().isEmpty() ? boundTo : caller.key();
        if (request.spends() && proof.isPresent() && !key.equals(boundTo)) {
            throw new TokenRefused(
                    Code.INVALID_DPOP_PROOF,
                    "An access token for a grant is bound to the key of its agent: prove that.");
        }
        var asking = new Asking(caller.did(), caller.version(), key);
        return proof.map(taken -> proofs.once(taken, now))
                .orElseGet(() -> Uni.createFrom().voidItem())
                .chain(caller::once)
                .chain(() -> authority.issue(request, asking, boundTo, now))
                .map(issued -> granted(issued, request, proof, now));
    }

    private RestResponse<Granted> granted(Issued issued, TokenRequest request, Optional<Proof> proof, Instant now) {
        metrics.counter("tallystick.identity.tokens", "audience", request.audience())
                .increment();
        var scope = String.join(" ", issued.scopes());
        var type = proof.isPresent() ? "DPoP" : "Bearer";
        var answer = RestResponse.ResponseBuilder.ok(new Granted(
                        issued.token(),
                        type,
                        issued.lifetimeSeconds(),
                        scope,
                        request.isExchange() ? ISSUED_TYPE : null))
                .header("Cache-Control", "no-store");
        var nonce = proofs.nonce(now);
        return proof.filter(taken -> !taken.nonce().equals(nonce)).isPresent()
                ? answer.header(DpopProofs.NONCE_HEADER, nonce).build()
                : answer.build();
    }

    @ServerExceptionMapper
    public RestResponse<OAuthError> refused(TokenRefused e) {
        var word = e.code().name().toLowerCase(Locale.ROOT);
        metrics.counter("tallystick.identity.tokens.refused", "error", word).increment();
        var answer = RestResponse.ResponseBuilder.<OAuthError>create(e.code().status())
                .entity(new OAuthError(word, e.getMessage()))
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header("Cache-Control", "no-store");
        return switch (e.code()) {
            case TEMPORARILY_UNAVAILABLE -> answer.header("Retry-After", "1").build();
            case USE_DPOP_NONCE ->
                answer.header(DpopProofs.NONCE_HEADER, proofs.nonce(Instant.now()))
                        .build();
            default -> answer.build();
        };
    }

    /** @param issuedTokenType what RFC 8693 asks an exchange to answer; absent otherwise */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Granted(
            @JsonProperty("access_token") String accessToken,
            @JsonProperty("token_type") String tokenType,
            @JsonProperty("expires_in") int expiresIn,
            String scope,
            @JsonProperty("issued_token_type") String issuedTokenType) {}

    @RegisterForReflection
    record OAuthError(
            String error, @JsonProperty("error_description") String description) {}
}
