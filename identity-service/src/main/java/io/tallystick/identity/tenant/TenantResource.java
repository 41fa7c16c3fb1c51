package io.tallystick.identity.tenant;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.tenant.TenantCreation.Created;
import io.tallystick.identity.tenant.TenantCreation.Rejected;
import io.tallystick.identity.tenant.TenantCreation.Unchanged;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** Tenants of this installation. Its operator creates them. */
@Path("/v1/tenants")
class TenantResource {
    private final Tenants tenants;
    private final Caller caller;

    TenantResource(Tenants tenants, Caller caller) {
        this.tenants = tenants;
        this.caller = caller;
    }

    @POST
    @RequiresScope("tenants:write")
    public Uni<RestResponse<Tenant>> create(@Valid @NotNull NewTenant body) {
        if (body.id().equals(Tenant.INSTALLATION)) {
            throw refused(Rejected.ID_TAKEN);
        }
        var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return tenants.create(new Tenant(body.id(), body.name(), now)).map(TenantResource::answer);
    }

    private static RestResponse<Tenant> answer(TenantCreation result) {
        return switch (result) {
            case Created(var tenant) -> RestResponse.status(RestResponse.Status.CREATED, tenant);
            case Unchanged(var tenant) -> RestResponse.ok(tenant);
            case Rejected rejected -> throw refused(rejected);
        };
    }

    private static ProblemException refused(Rejected rejected) {
        return switch (rejected) {
            case ID_TAKEN ->
                new ProblemException(Problem.of("tenant-exists", "Tenant not created", 409, "Choose another id."));
        };
    }

    @GET
    @RequiresScope("tenants:write")
    public Uni<TenantPage> page(
            @RestQuery @DefaultValue("") @Pattern(regexp = "[a-z0-9-]{0,63}") String after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(100) int limit) {
        return tenants.page(after, limit).map(TenantPage::new);
    }

    @GET
    @Path("/{tenant}")
    @RequiresScope(value = "identities:read", or = "identities:write")
    public Uni<Tenant> get(@RestPath @Pattern(regexp = Tenant.ID) String tenant) {
        TenantRights.requireFor(caller, tenant);
        return tenants.find(tenant).map(found -> found.orElseThrow(TenantResource::unknown));
    }

    private static ProblemException unknown() {
        return new ProblemException(
                Problem.of("unknown-tenant", "Tenant not found", 404, "Let the operator create it first."));
    }

    /** @param name letters, digits, punctuation and spaces of any script, but nothing that cannot be seen */
    record NewTenant(
            @NotNull @Pattern(regexp = Tenant.ID) String id,

            @NotNull @Pattern(regexp = "[^\\p{Cntrl}\\p{Co}\\p{Cn}]{1,200}") String name) {}

    record TenantPage(List<Tenant> tenants) {}
}
