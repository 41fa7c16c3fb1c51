package io.tallystick.identity.audit;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.audit.AuditLog.Filter;
import io.tallystick.identity.tenant.Tenant;
import io.tallystick.identity.tenant.TenantRights;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** A tenant's audit log, for its owners and auditors; that of the installation and of all tenants for its operator. */
@Path("/v1/tenants/{tenant}/audit")
@RequiresScope("audit:read")
class AuditResource {
    private static final String TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?Z";

    private final AuditLog log;
    private final Caller caller;

    AuditResource(AuditLog log, Caller caller) {
        this.log = log;
        this.caller = caller;
    }

    @GET
    public Uni<AuditPage> page(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestQuery @DefaultValue("0") @Min(0) long after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(100) int limit,
            @RestQuery @DefaultValue("") @Pattern(regexp = "[a-z.-]{0,64}") String action,
            @RestQuery @DefaultValue("") @Pattern(regexp = "[\\x21-\\x7e]{0,1024}") String actor,
            @RestQuery @DefaultValue("1970-01-01T00:00:00Z") @Pattern(regexp = TIME) String since,
            @RestQuery @DefaultValue("9999-12-31T23:59:59Z") @Pattern(regexp = TIME) String until) {
        TenantRights.requireFor(caller, tenant);
        var filter = new Filter(action, actor, time("since", since), time("until", until));
        return log.page(tenant, filter, after, limit).map(AuditPage::new);
    }

    /** Computes the hashes anew, of ten thousand entries after {@code after}. */
    @GET
    @Path("/check")
    public Uni<AuditCheck> check(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant, @RestQuery @DefaultValue("0") @Min(0) long after) {
        TenantRights.requireFor(caller, tenant);
        return log.check(tenant, after);
    }

    private static Instant time(String parameter, String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new ProblemException(Problem.of(
                    "invalid-time", "Audit log not read", 400, parameter + " must be a time in UTC that exists."));
        }
    }

    record AuditPage(List<AuditEntry> entries) {}
}
