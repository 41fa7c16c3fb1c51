package io.tallystick.metering.gateway.caller;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.kit.access.AccessCheck;
import io.tallystick.kit.access.AccessCheck.Admitted;
import io.tallystick.kit.access.AccessConfig;
import io.tallystick.kit.access.AccessRefused;
import io.tallystick.kit.access.AccessToken;
import io.tallystick.kit.access.Challenges;
import io.tallystick.kit.access.apikey.ApiKey;
import io.tallystick.kit.access.proof.DpopProofs;
import io.tallystick.kit.access.proof.Presented;
import io.tallystick.kit.access.proof.Proof;
import io.tallystick.kit.access.proof.ProofRefused;
import io.tallystick.kit.access.rate.Buckets.Taken;
import io.tallystick.kit.access.rate.RateLimits;
import io.tallystick.metering.gateway.openai.ApiError;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/** Finds out who calls. */
@ApplicationScoped
public class Callers {
    private static final String SCOPE = "gateway:call";
    private static final String AGENTS_SCOPE = "grants:spend";
    private static final String BEARER = "Bearer ";
    private static final String DPOP = "DPoP ";

    /** Three parts of base64url: an access token, ours or not. Whatever else a client is configured to send is none. */
    private static final Pattern JWS = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

    private final AccessCheck access;
    private final AccessConfig config;
    private final RateLimits rates;
    private final MeterRegistry metrics;

    Callers(AccessCheck access, AccessConfig config, RateLimits rates, MeterRegistry metrics) {
        this.access = access;
        this.config = config;
        this.rates = rates;
        this.metrics = metrics;
    }

    /**
     * Who sent a request without a payment. A key that is no credential of ours makes nobody known: clients of the API send
     * one because they must.
     *
     * @param body all of the request's
     * @param tenant whose gateway it is
     */
    public CompletionStage<Admission> identify(HttpServerRequest request, byte[] body, String tenant) {
        var presented = Presented.of(request);
        return isMeant(presented)
                ? access.require(presented, SCOPE, AGENTS_SCOPE, true)
                        .thenApply(admitted -> known(admitted, body, tenant))
                        .exceptionally(this::refused)
                : CompletableFuture.completedStage(new Admission.Admitted(Buyer.Stranger.UNKNOWN, Map.of()));
    }

    private static boolean isMeant(Presented request) {
        return ApiKey.isInside(request.path() + "?" + request.query())
                || request.header("x-api-key").stream().map(String::strip).anyMatch(ApiKey::isMeant)
                || request.header("Authorization").stream().anyMatch(Callers::isMeant);
    }

    private static boolean isMeant(String authorization) {
        if (authorization.regionMatches(true, 0, DPOP, 0, DPOP.length())) {
            return true;
        }
        var bearer = authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip()
                : "";
        return ApiKey.isMeant(bearer) || JWS.matcher(bearer).matches();
    }

    private Admission known(Admitted admitted, byte[] body, String tenant) {
        try {
            admitted.proof().ifPresent(proof -> proof.body().require(body));
        } catch (ProofRefused e) {
            throw access.bodyRefused(e);
        }
        var token = admitted.token();
        if (!token.tenant().equals(tenant)) {
            return Admission.refused(ApiError.invalid(
                    403, "wrong_tenant", "These credentials are for another tenant than the one that sells here."));
        }
        var taken = rates.take(token.tenant(), token.apiKey(), System.nanoTime());
        return taken.entrySet().stream()
                .filter(policy -> !policy.getValue().allowed())
                .findFirst()
                .<Admission>map(policy -> tooMany(policy.getKey(), policy.getValue()))
                .orElseGet(() -> admitted(token, admitted.proof(), taken));
    }

    private Admission admitted(AccessToken token, Optional<Proof> proof, Map<String, Taken> taken) {
        metrics.counter("tallystick.gateway.known.callers", "by", by(token)).increment();
        var headers = new HashMap<String, List<String>>();
        RateLimits.headers(taken).forEach((name, value) -> headers.put(name, List.of(value)));
        proof.filter(shown -> !shown.nonce().isEmpty())
                .flatMap(shown -> access.nonces().given().filter(given -> !given.equals(shown.nonce())))
                .ifPresent(given -> headers.put(DpopProofs.NONCE_HEADER, List.of(given)));
        return new Admission.Admitted(buyer(token, proof), headers);
    }

    private Admission tooMany(String policy, Taken taken) {
        rates.count(policy);
        return Admission.tooMuch(
                "requests",
                "%d requests per minute may be made here; wait for Retry-After.".formatted(taken.limit()),
                taken.secondsToNext());
    }

    /** A call was refused for what its API key may use. */
    public void countRefused(Admission.Refused refusal) {
        rates.count(refusal.error().status() == 429 ? "tokens" : "call");
    }

    private static Buyer buyer(AccessToken token, Optional<Proof> proof) {
        var agent = token.spending()
                .map(spending -> new Buyer.Agent(spending.agent(), token.key().orElseThrow(), spending.grant()));
        var shown = proof.map(taken -> new Buyer.Shown(taken.key(), taken.id(), taken.usableUntil()));
        return new Buyer.Known(token.did(), agent, shown, token.apiKey());
    }

    private static String by(AccessToken token) {
        return token.apiKey().isPresent() ? "key" : token.spending().isPresent() ? "grant" : "token";
    }

    private Admission refused(Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (!(cause instanceof AccessRefused refused)) {
            throw new CompletionException(cause);
        }
        return new Admission.Refused(error(refused), Challenges.of(refused, config.audience(), access.nonces()));
    }

    private static ApiError error(AccessRefused refused) {
        var status = refused.reason().status();
        return switch (refused.reason()) {
            case MALFORMED_API_KEY, UNKNOWN_API_KEY, API_KEY_IN_URL ->
                ApiError.invalid(status, "invalid_api_key", refused.getMessage());
            case INSUFFICIENT_SCOPE -> ApiError.invalid(status, "insufficient_scope", refused.getMessage());
            case IDENTITY_SILENT, PROOF_NOT_CHECKED -> ApiError.server(status, "identity_silent", refused.getMessage());
            case NO_TOKEN,
                    MALFORMED,
                    WRONG_HEADER,
                    UNKNOWN_KEY,
                    BAD_SIGNATURE,
                    WRONG_ISSUER,
                    WRONG_AUDIENCE,
                    EXPIRED,
                    NOT_YET_VALID,
                    NOT_PROVEN,
                    BAD_PROOF,
                    BAD_REQUEST_SIGNATURE,
                    NEEDS_NONCE,
                    TOO_LONG_LIVED,
                    REVOKED,
                    OUTDATED_DID,
                    CONFLICTING_CREDENTIALS -> ApiError.invalid(status, "invalid_credentials", refused.getMessage());
        };
    }
}
