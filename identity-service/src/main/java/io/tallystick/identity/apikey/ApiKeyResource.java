package io.tallystick.identity.apikey;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.apikey.ApiKeys.Wish;
import io.tallystick.identity.apikey.KeptKey.Holder;
import io.tallystick.identity.did.Did;
import io.tallystick.identity.did.Identity.Role;
import io.tallystick.identity.tenant.Tenant;
import io.tallystick.identity.tenant.TenantRights;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.access.apikey.ApiKey;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** A tenant's API keys. A client sees and makes its own, an owner and an operator all. */
@Path("/v1/tenants/{tenant}/api-keys")
class ApiKeyResource {
    private final ApiKeys keys;
    private final Caller caller;
    private final Duration maxLifetime;
    private final SecureRandom random = new SecureRandom();

    ApiKeyResource(ApiKeys keys, Caller caller, ApiKeyConfig config) {
        this.keys = keys;
        this.caller = caller;
        this.maxLifetime = Duration.ofDays(config.maxLifetimeDays());
    }

    @POST
    @RequiresScope("api-keys:write")
    public Uni<RestResponse<NewKeyAnswer>> make(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant, @Valid @NotNull NewKey body) {
        TenantRights.requireFor(caller, tenant);
        var now = now();
        var fresh = ApiKey.of(bytes(ApiKey.ID_BYTES), bytes(ApiKey.SECRET_BYTES));
        return keys.make(body.toWish(tenant, caller.did(), now, maxLifetime), fresh, asking(), now)
                .map(result -> answer(result, fresh));
    }

    @DELETE
    @Path("/{id}")
    @RequiresScope("api-keys:write")
    public Uni<ApiKeyAnswer> revoke(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant, @RestPath @Pattern(regexp = ApiKey.ID) String id) {
        TenantRights.requireFor(caller, tenant);
        return keys.revoke(tenant, id, asking(), now()).map(ApiKeyResource::answer);
    }

    @GET
    @RequiresScope(value = "api-keys:read", or = "api-keys:write", own = true)
    public Uni<ApiKeyPage> page(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestQuery @DefaultValue("") @Pattern(regexp = "[0-9a-f]{0,16}") String after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(100) int limit) {
        TenantRights.requireFor(caller, tenant);
        return keys.page(tenant, asking(), after, limit).map(ApiKeyPage::of);
    }

    private Asking asking() {
        return new Asking(caller.did(), caller.tenant().equals(Tenant.INSTALLATION), caller.ownOnly());
    }

    private byte[] bytes(int count) {
        var bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static RestResponse<NewKeyAnswer> answer(Making result, ApiKey fresh) {
        return switch (result) {
            case Making.Made(var key) ->
                RestResponse.ResponseBuilder.create(
                                RestResponse.Status.CREATED, new NewKeyAnswer(fresh.reveal(), ApiKeyAnswer.of(key)))
                        .header("Cache-Control", "no-store")
                        .build();
            case Making.Rejected rejected -> throw new ProblemException(problem(rejected));
        };
    }

    private static ApiKeyAnswer answer(Withdrawal result) {
        return switch (result) {
            case Withdrawal.Revoked(var key) -> ApiKeyAnswer.of(key);
            case Withdrawal.Unchanged(var key) -> ApiKeyAnswer.of(key);
            case Withdrawal.Rejected.UNKNOWN_KEY ->
                throw new ProblemException(Problem.of(
                        "unknown-api-key", "API key not found", 404, "The tenant has no such key that you may see."));
        };
    }

    private static Problem problem(Making.Rejected rejected) {
        return switch (rejected) {
            case UNKNOWN_TENANT -> problem("unknown-tenant", 404, "Let the operator create the tenant first.");
            case UNKNOWN_IDENTITY -> problem("unknown-identity", 404, "Register the DID with this tenant first.");
            case IDENTITY_REVOKED -> problem("identity-revoked", 409, "The DID was revoked for good; use another.");
            case NOT_YOURS -> problem("not-your-api-key", 403, "Make keys for your own DID, or ask the owner.");
            case MORE_THAN_ITS_IDENTITY ->
                problem("api-key-goes-further", 422, "Choose roles among those of the DID that the key acts as.");
            case MORE_THAN_ITS_MAKER ->
                problem("api-key-goes-further", 403, "You may not give rights that you have not; ask the owner.");
            case TOO_MANY_OF_IDENTITY -> problem("too-many-api-keys", 409, "Revoke some of this DID's keys first.");
            case TOO_MANY_OF_TENANT -> problem("too-many-api-keys", 409, "Revoke some of the tenant's keys first.");
        };
    }

    private static Problem problem(String name, int status, String detail) {
        return Problem.of(name, "API key not made", status, detail);
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    /**
     * @param did whom it acts as; the caller if absent
     * @param roles what it may do; all that the DID has if absent
     * @param models any if absent
     * @param expiresAt as late as may be if absent
     */
    record NewKey(
            @Size(max = Did.MAX_LENGTH) @Pattern(regexp = "[\\x21-\\x7e]+") String did,

            @Pattern(regexp = "[^\\p{Cntrl}\\p{Co}\\p{Cn}]{0,200}") String name,

            @Size(min = 1, max = 6) List<@NotNull @Pattern(regexp = "owner|ingest|client|gateway|auditor|operator") String> roles,

            @Size(min = 1, max = KeyLimits.MAX_MODELS) List<@NotNull @Size(max = 128) String> models,

            @Min(1) @Max(KeyLimits.MAX_REQUESTS_PER_MINUTE) Integer requestsPerMinute,

            @Min(1) @Max(KeyLimits.MAX_TOKENS_PER_MINUTE) Long tokensPerMinute,

            Instant expiresAt) {
        private static final int REQUESTS_PER_MINUTE = 6_000;
        private static final long TOKENS_PER_MINUTE = 1_000_000;

        Wish toWish(String tenant, String caller, Instant now, Duration maxLifetime) {
            var latest = now.plus(maxLifetime);
            var ends = expiresAt == null ? latest : expiresAt.truncatedTo(ChronoUnit.MILLIS);
            if (!ends.isAfter(now) || ends.isAfter(latest)) {
                throw refused("expiresAt must be in the future, and at most " + maxLifetime.toDays() + " days ahead");
            }
            try {
                return new Wish(
                        new Holder(tenant, did == null ? caller : did),
                        name == null ? "" : name,
                        roles == null ? Set.of() : roles(roles),
                        new KeyLimits(
                                models == null ? Set.of(KeyLimits.ANY_MODEL) : new HashSet<>(models),
                                requestsPerMinute == null ? REQUESTS_PER_MINUTE : requestsPerMinute,
                                tokensPerMinute == null ? TOKENS_PER_MINUTE : tokensPerMinute,
                                ends));
            } catch (IllegalArgumentException e) {
                throw refused(e.getMessage());
            }
        }

        private static Set<Role> roles(List<String> words) {
            return words.stream()
                    .map(role -> Role.valueOf(role.toUpperCase(Locale.ROOT)))
                    .collect(Collectors.toSet());
        }

        private static ProblemException refused(String why) {
            return new ProblemException(
                    Problem.of("invalid-api-key", "API key not made", 422, "Not possible: " + why + "."));
        }
    }

    /** @param key the key itself, here and never again */
    record NewKeyAnswer(String key, ApiKeyAnswer apiKey) {}

    /**
     * @param prefix how the key begins
     * @param revokedAt absent as long as it was not
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ApiKeyAnswer(
            String id,
            String prefix,
            String tenant,
            String did,
            String maker,
            String name,
            List<String> roles,
            List<String> models,
            int requestsPerMinute,
            long tokensPerMinute,
            Instant createdAt,
            Instant expiresAt,
            Instant revokedAt) {

        static ApiKeyAnswer of(KeptKey key) {
            return new ApiKeyAnswer(
                    key.id(),
                    key.prefix(),
                    key.holder().tenant(),
                    key.holder().did(),
                    key.maker(),
                    key.name(),
                    key.roleWords(),
                    key.sortedModels(),
                    key.limits().requestsPerMinute(),
                    key.limits().tokensPerMinute(),
                    key.createdAt(),
                    key.limits().expiresAt(),
                    key.revoked() ? key.revokedAt() : null);
        }
    }

    record ApiKeyPage(List<ApiKeyAnswer> apiKeys) {
        static ApiKeyPage of(List<KeptKey> keys) {
            return new ApiKeyPage(keys.stream().map(ApiKeyAnswer::of).toList());
        }
    }
}
