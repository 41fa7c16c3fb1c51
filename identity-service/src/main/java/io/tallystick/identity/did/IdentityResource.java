package io.tallystick.identity.did;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.did.Identity.Kind;
import io.tallystick.identity.did.Identity.Role;
import io.tallystick.identity.did.Registration.Registered;
import io.tallystick.identity.did.Registration.Rejected;
import io.tallystick.identity.did.Registration.Revoked;
import io.tallystick.identity.did.Registration.Unchanged;
import io.tallystick.identity.tenant.Tenant;
import io.tallystick.identity.tenant.TenantRights;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.CompactJws;
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
import java.util.Locale;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** A tenant's identities: which DIDs may do what for it. Its owners look after them. */
@Path("/v1/tenants/{tenant}/identities")
class IdentityResource {
    private final Identities identities;
    private final DidSignatures signatures;
    private final Caller caller;

    IdentityResource(Identities identities, DidSignatures signatures, Caller caller) {
        this.identities = identities;
        this.signatures = signatures;
        this.caller = caller;
    }

    @POST
    @RequiresScope("identities:write")
    public Uni<RestResponse<IdentityAnswer>> register(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant, @Valid @NotNull NewIdentity body) {
        TenantRights.requireFor(caller, tenant);
        return requireSigningKey(tenant, body.did())
                .chain(() -> identities.register(body.toIdentity(tenant, now())))
                .map(IdentityResource::answer);
    }

    @DELETE
    @RequiresScope("identities:write")
    @Path("/{did}")
    public Uni<RestResponse<IdentityAnswer>> revoke(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestPath @Pattern(regexp = "[\\x21-\\x7e]{1,1024}") String did) {
        TenantRights.requireFor(caller, tenant);
        return identities.revoke(tenant, did, now()).map(IdentityResource::answer);
    }

    @GET
    @RequiresScope(value = "identities:read", or = "identities:write")
    public Uni<IdentityPage> page(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestQuery @DefaultValue("") @Size(max = Did.MAX_LENGTH) @Pattern(regexp = "[\\x21-\\x7e]*") String after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(100) int limit) {
        TenantRights.requireFor(caller, tenant);
        return identities.page(tenant, after, limit).map(IdentityPage::of);
    }

    /** Who cannot sign can never get an access token; better said now than at its first try. */
    private Uni<Void> requireSigningKey(String tenant, String did) {
        return signatures
                .mayBeOf(tenant, did)
                .onFailure(CompactJws.Invalid.class)
                .recoverWithItem(false)
                .invoke(may -> {
                    if (!may) {
                        throw cannotSign();
                    }
                })
                .replaceWithVoid();
    }

    private static ProblemException cannotSign() {
        return new ProblemException(Problem.of(
                        "did-cannot-sign",
                        "Identity not registered",
                        422,
                        "Register a did:key or did:jwk with an Ed25519, P-256 or secp256k1 key, or a did:webvh that was "
                                + "issued to this tenant, by its present name.")
                .with(List.of(new Problem.FieldError("/did", "has no key that can sign"))));
    }

    private static RestResponse<IdentityAnswer> answer(Registration result) {
        return switch (result) {
            case Registered(var identity) ->
                RestResponse.status(RestResponse.Status.CREATED, IdentityAnswer.of(identity));
            case Unchanged(var identity) -> RestResponse.ok(IdentityAnswer.of(identity));
            case Revoked(var identity) -> RestResponse.ok(IdentityAnswer.of(identity));
            case Rejected rejected -> throw new ProblemException(problem(rejected));
        };
    }

    private static Problem problem(Rejected rejected) {
        return switch (rejected) {
            case UNKNOWN_TENANT -> problem("unknown-tenant", 404, "Let the operator create the tenant first.");
            case UNKNOWN_IDENTITY -> problem("unknown-identity", 404, "The DID is not registered with this tenant.");
            case WAS_REVOKED -> problem("identity-revoked", 409, "The DID was revoked for good; register a new one.");
            case REGISTERED_OTHERWISE ->
                problem(
                        "identity-exists",
                        409,
                        "The DID is registered as something else; revoke it, and use a new one.");
            case REGISTERED_BY_OTHER_NAME ->
                problem(
                        "identity-exists",
                        409,
                        "The DID is registered by the name that it had before it moved; go on with that.");
        };
    }

    private static Problem problem(String name, int status, String detail) {
        return Problem.of(name, "Identity not changed", status, detail);
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    record NewIdentity(
            @NotNull @Size(max = Did.MAX_LENGTH) String did,

            @NotNull @Pattern(regexp = "provider|client|agent|service") String kind,

            @NotEmpty @Size(max = 6) List<@NotNull @Pattern(regexp = "owner|ingest|client|gateway|auditor|operator") String> roles,

            @Pattern(regexp = "[^\\p{Cntrl}\\p{Co}\\p{Cn}]{0,200}") String name) {

        Identity toIdentity(String tenant, Instant now) {
            try {
                return new Identity(
                        tenant,
                        did,
                        Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
                        roles.stream()
                                .map(role -> Role.valueOf(role.toUpperCase(Locale.ROOT)))
                                .collect(Collectors.toSet()),
                        name == null ? "" : name,
                        now,
                        Identity.NEVER);
            } catch (IllegalArgumentException e) {
                throw new ProblemException(Problem.of(
                        "invalid-identity", "Identity not registered", 422, "Not possible: " + e.getMessage()));
            }
        }
    }

    /** @param revokedAt absent as long as it was not */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record IdentityAnswer(
            String tenant,
            String did,
            String kind,
            List<String> roles,
            String name,
            Instant registeredAt,
            Instant revokedAt) {

        static IdentityAnswer of(Identity identity) {
            return new IdentityAnswer(
                    identity.tenant(),
                    identity.did(),
                    identity.kind().word(),
                    identity.roleWords(),
                    identity.name(),
                    identity.registeredAt(),
                    identity.revoked() ? identity.revokedAt() : null);
        }
    }

    record IdentityPage(List<IdentityAnswer> identities) {
        static IdentityPage of(List<Identity> identities) {
            return new IdentityPage(identities.stream().map(IdentityAnswer::of).toList());
        }
    }
}
