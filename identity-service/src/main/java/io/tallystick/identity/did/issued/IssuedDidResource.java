package io.tallystick.identity.did.issued;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.did.VerificationKey;
import io.tallystick.identity.did.issued.Issuance.Changed;
import io.tallystick.identity.did.issued.Issuance.Issued;
import io.tallystick.identity.did.issued.Issuance.Rejected;
import io.tallystick.identity.did.issued.Issuance.Unchanged;
import io.tallystick.identity.did.webvh.WebvhDid;
import io.tallystick.identity.tenant.Tenant;
import io.tallystick.identity.tenant.TenantRights;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** A tenant's issued DIDs. Its owners look after them. */
@Path("/v1/tenants/{tenant}/dids")
class IssuedDidResource {
    /** Longest key in multibase that a document may name. */
    private static final int MAX_KEY_LENGTH = 128;

    private static final int MAX_KEYS = 8;

    private final IssuedDids dids;
    private final Caller caller;

    IssuedDidResource(IssuedDids dids, Caller caller) {
        this.dids = dids;
        this.caller = caller;
    }

    @POST
    @RequiresScope("identities:write")
    public Uni<RestResponse<DidAnswer>> issue(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant, @Valid @NotNull NewDid body) {
        TenantRights.requireFor(caller, tenant);
        return dids.issue(tenant, body.name(), keys(body.keys()), Boolean.TRUE.equals(body.portable()), now())
                .map(IssuedDidResource::answer);
    }

    @POST
    @RequiresScope("identities:write")
    @Path("/{name}/rotate")
    public Uni<RestResponse<DidAnswer>> rotate(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestPath @Pattern(regexp = IssuedDid.NAME) String name,
            @Valid @NotNull Rotation body) {
        TenantRights.requireFor(caller, tenant);
        return dids.rotate(tenant, name, Optional.ofNullable(body.keys()).map(IssuedDidResource::keys), now())
                .map(IssuedDidResource::answer);
    }

    @POST
    @RequiresScope("identities:write")
    @Path("/{name}/move")
    public Uni<RestResponse<DidAnswer>> move(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestPath @Pattern(regexp = IssuedDid.NAME) String name,
            @Valid @NotNull Move body) {
        TenantRights.requireFor(caller, tenant);
        requireDomain(body.domain());
        return dids.move(tenant, name, body.domain(), now()).map(IssuedDidResource::answer);
    }

    @DELETE
    @RequiresScope("identities:write")
    @Path("/{name}")
    public Uni<RestResponse<DidAnswer>> deactivate(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestPath @Pattern(regexp = IssuedDid.NAME) String name) {
        TenantRights.requireFor(caller, tenant);
        return dids.deactivate(tenant, name, now()).map(IssuedDidResource::answer);
    }

    @GET
    @RequiresScope(value = "identities:read", or = "identities:write")
    public Uni<DidPage> page(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestQuery @DefaultValue("") @Pattern(regexp = "[a-z0-9-]{0,63}") String after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(100) int limit) {
        TenantRights.requireFor(caller, tenant);
        return dids.page(tenant, after, limit).map(DidPage::of);
    }

    private static List<VerificationKey> keys(List<String> multibase) {
        try {
            var keys = multibase.stream()
                    .distinct()
                    .map(VerificationKey::ofMultibase)
                    .toList();
            if (keys.stream().noneMatch(key -> key.type().signs())) {
                throw new IllegalArgumentException("one of the keys must be able to sign");
            }
            return keys;
        } catch (IllegalArgumentException e) {
            throw invalid("/keys", e.getMessage());
        }
    }

    private static void requireDomain(String domain) {
        try {
            WebvhDid.unborn(domain, List.of());
        } catch (IllegalArgumentException e) {
            throw invalid("/domain", e.getMessage());
        }
    }

    private static ProblemException invalid(String pointer, String detail) {
        return new ProblemException(
                Problem.of("invalid-did-content", "DID not changed", 422, "The DID cannot say this: " + detail + ".")
                        .with(List.of(new Problem.FieldError(pointer, detail))));
    }

    private static RestResponse<DidAnswer> answer(Issuance result) {
        return switch (result) {
            case Issued(var did) -> RestResponse.status(RestResponse.Status.CREATED, DidAnswer.of(did));
            case Changed(var did) -> RestResponse.ok(DidAnswer.of(did));
            case Unchanged(var did) -> RestResponse.ok(DidAnswer.of(did));
            case Rejected rejected -> throw new ProblemException(problem(rejected));
        };
    }

    private static Problem problem(Rejected rejected) {
        return switch (rejected) {
            case NO_DOMAIN ->
                problem("no-did-domain", 501, "Let the operator set tallystick.identity.did-domain to a domain name.");
            case UNKNOWN_TENANT -> problem("unknown-tenant", 404, "Let the operator create the tenant first.");
            case UNKNOWN_DID -> problem("unknown-did", 404, "The tenant has no DID of this name.");
            case ISSUED_OTHERWISE -> problem("did-exists", 409, "The name is taken for good; choose another one.");
            case TOO_MANY_DIDS ->
                problem(
                        "too-many-dids",
                        409,
                        "Rotate a DID that the tenant has, or let the operator raise "
                                + "tallystick.identity.issued.per-tenant.");
            case DEACTIVATED -> problem("did-deactivated", 409, "The DID was deactivated for good; issue a new one.");
            case NOT_PORTABLE ->
                problem("did-not-portable", 409, "Only a DID that was issued with \"portable\": true can move.");
            case LOG_FULL -> problem("did-log-full", 409, "Deactivate the DID and issue a new one.");
            case TOO_SOON -> problem("did-changed-too-often", 429, "Wait a minute; a version takes a second.");
        };
    }

    private static Problem problem(String name, int status, String detail) {
        return Problem.of(name, "DID not changed", status, detail);
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    /** @param keys in multibase; their private halves stay with their holders */
    record NewDid(
            @NotNull @Pattern(regexp = IssuedDid.NAME) String name,

            @NotEmpty @Size(max = MAX_KEYS) List<@NotNull @Size(max = MAX_KEY_LENGTH) String> keys,

            Boolean portable) {}

    /** @param keys the keys of the document from now on; absent if they stay */
    record Rotation(@Size(min = 1, max = MAX_KEYS) List<@NotNull @Size(max = MAX_KEY_LENGTH) String> keys) {}

    record Move(@NotNull @Size(max = 260) String domain) {}

    /**
     * @param web the did:web that lies beside it
     * @param deactivatedAt absent as long as it was not
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record DidAnswer(
            String tenant, String name, String did, String web, int version, Instant createdAt, Instant deactivatedAt) {

        static DidAnswer of(IssuedDid did) {
            return new DidAnswer(
                    did.tenant(),
                    did.name(),
                    did.did().toString(),
                    did.did().web(),
                    did.version(),
                    did.createdAt(),
                    did.deactivated() ? did.deactivatedAt() : null);
        }
    }

    record DidPage(List<DidAnswer> dids) {
        static DidPage of(List<IssuedDid> dids) {
            return new DidPage(dids.stream().map(DidAnswer::of).toList());
        }
    }
}
