package io.tallystick.identity.grant;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.grant.GrantTree.Asking;
import io.tallystick.identity.grant.GrantVerification.Refused;
import io.tallystick.identity.grant.GrantVerification.Verified;
import io.tallystick.identity.tenant.Tenant;
import io.tallystick.identity.tenant.TenantRights;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.ProblemException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.math.BigInteger;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** A tenant's spend grants. A client sees its own and what it passed on, an owner all. */
@Path("/v1/tenants/{tenant}/grants")
class GrantResource {
    private final Grants grants;
    private final GrantVerifier verifier;
    private final Caller caller;

    GrantResource(Grants grants, GrantVerifier verifier, Caller caller) {
        this.grants = grants;
        this.verifier = verifier;
        this.caller = caller;
    }

    @POST
    @RequiresScope("grants:write")
    @Consumes("application/jwt")
    public Uni<RestResponse<GrantAnswer>> submit(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant, @NotNull String jwt) {
        TenantRights.requireFor(caller, tenant);
        var now = now();
        var asking = asking();
        return verifier.verify(jwt, tenant, now)
                .chain(verification -> switch (verification) {
                    case Verified verified -> grants.submit(tenant, verified, asking, now);
                    case Refused refused -> throw new ProblemException(GrantProblems.of(refused));
                })
                .map(GrantResource::answer);
    }

    @DELETE
    @RequiresScope("grants:write")
    @Path("/{jti}")
    public Uni<GrantAnswer> revoke(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestPath @Pattern(regexp = SpendGrant.JTI) String jti) {
        TenantRights.requireFor(caller, tenant);
        return grants.revoke(tenant, jti, asking(), now()).map(GrantResource::answer);
    }

    @GET
    @RequiresScope(value = "grants:read", or = "grants:write", own = true)
    @Path("/{jti}")
    public Uni<GrantAnswer> get(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestPath @Pattern(regexp = SpendGrant.JTI) String jti) {
        TenantRights.requireFor(caller, tenant);
        return grants.find(tenant, jti, asking()).map(found -> found.map(GrantAnswer::whole)
                .orElseThrow(() -> new ProblemException(GrantProblems.of(Revocation.Rejected.UNKNOWN_GRANT))));
    }

    @GET
    @RequiresScope(value = "grants:read", or = "grants:write", own = true)
    public Uni<GrantPage> page(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestQuery @DefaultValue("") @Pattern(regexp = "[A-Za-z0-9_-]{0,64}") String after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(100) int limit) {
        TenantRights.requireFor(caller, tenant);
        return grants.page(tenant, asking(), after, limit).map(GrantPage::of);
    }

    /** Of the roles that have this scope, all but an owner's are for their own only. */
    private Asking asking() {
        return new Asking(caller.did(), !caller.ownOnly());
    }

    private static RestResponse<GrantAnswer> answer(Submission result) {
        return switch (result) {
            case Submission.Accepted(var grant) ->
                RestResponse.status(RestResponse.Status.CREATED, GrantAnswer.whole(grant));
            case Submission.Unchanged(var grant) -> RestResponse.ok(GrantAnswer.whole(grant));
            case Submission.Wider(var excess) -> throw new ProblemException(GrantProblems.of(excess));
            case Submission.Rejected rejected -> throw new ProblemException(GrantProblems.of(rejected));
        };
    }

    private static GrantAnswer answer(Revocation result) {
        return switch (result) {
            case Revocation.Revoked(var changed) -> GrantAnswer.whole(changed.getFirst());
            case Revocation.Unchanged(var grant) -> GrantAnswer.whole(grant);
            case Revocation.Rejected rejected -> throw new ProblemException(GrantProblems.of(rejected));
        };
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    /**
     * @param parent the parent's jti; absent for a root
     * @param revokedAt absent as long as it was not
     * @param jwt what the issuer signed; absent in a list
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record GrantAnswer(
            String tenant,
            String jti,
            String digest,
            String client,
            String issuer,
            String agent,
            String agentKey,
            String asset,
            String budget,
            String cap,
            List<String> payees,
            List<String> models,
            int depth,
            String parent,
            Instant notBefore,
            Instant expiresAt,
            Instant receivedAt,
            Instant revokedAt,
            String jwt) {

        static GrantAnswer listed(KeptGrant kept) {
            return of(kept, null);
        }

        static GrantAnswer whole(KeptGrant kept) {
            return of(kept, kept.text());
        }

        private static GrantAnswer of(KeptGrant kept, String jwt) {
            var grant = kept.grant();
            var limits = grant.limits();
            return new GrantAnswer(
                    kept.tenant(),
                    grant.jti(),
                    grant.digest(),
                    kept.place().client(),
                    grant.issuer(),
                    grant.agent().did(),
                    grant.agent().key(),
                    limits.asset(),
                    decimal(limits.budgetUnits()),
                    decimal(limits.capUnits()),
                    limits.payees().stream().sorted().toList(),
                    limits.models().stream().sorted().toList(),
                    limits.depth(),
                    kept.parent().isEmpty() ? null : kept.parent(),
                    limits.notBefore(),
                    limits.expiresAt(),
                    kept.receivedAt(),
                    kept.revoked() ? kept.revokedAt() : null,
                    jwt);
        }

        private static String decimal(BigInteger units) {
            return units.toString();
        }
    }

    record GrantPage(List<GrantAnswer> grants) {
        static GrantPage of(List<KeptGrant> grants) {
            return new GrantPage(grants.stream().map(GrantAnswer::listed).toList());
        }
    }
}
