package io.tallystick.identity.workload;

import io.smallrye.mutiny.Uni;
import io.tallystick.identity.tenant.Tenant;
import io.tallystick.identity.tenant.TenantRights;
import io.tallystick.identity.workload.Linking.Linked;
import io.tallystick.identity.workload.Linking.Rejected;
import io.tallystick.identity.workload.Linking.Unchanged;
import io.tallystick.identity.workload.Linking.Unlinked;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** Which programs act as which of a tenant's identities. Its owners look after them. */
@Path("/v1/tenants/{tenant}/workloads")
class WorkloadResource {
    private static final String PLATFORM = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
    private static final String SUBJECT = "[\\x21-\\x7e]{1,512}";
    private static final int MAX_DID_LENGTH = 1024;

    private final Workloads workloads;
    private final Platforms platforms;
    private final Caller caller;

    WorkloadResource(Workloads workloads, Platforms platforms, Caller caller) {
        this.workloads = workloads;
        this.platforms = platforms;
        this.caller = caller;
    }

    @POST
    @RequiresScope("identities:write")
    public Uni<RestResponse<WorkloadAnswer>> link(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant, @Valid @NotNull NewWorkload body) {
        TenantRights.requireFor(caller, tenant);
        if (!platforms.has(body.platform())) {
            throw new ProblemException(unknownPlatform());
        }
        var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return workloads
                .link(new Workload(tenant, body.platform(), body.subject(), body.did(), now))
                .map(WorkloadResource::answer);
    }

    /** What it was given is good until it ends: five minutes at most. */
    @DELETE
    @RequiresScope("identities:write")
    public Uni<RestResponse<WorkloadAnswer>> unlink(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestQuery @NotNull @Pattern(regexp = PLATFORM) String platform,
            @RestQuery @NotNull @Pattern(regexp = SUBJECT) String subject) {
        TenantRights.requireFor(caller, tenant);
        return workloads.unlink(tenant, platform, subject).map(WorkloadResource::answer);
    }

    @GET
    @RequiresScope(value = "identities:read", or = "identities:write")
    public Uni<WorkloadPage> page(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestQuery @DefaultValue("") @Pattern(regexp = "(" + PLATFORM + ")?") String afterPlatform,
            @RestQuery @DefaultValue("") @Pattern(regexp = "(" + SUBJECT + ")?") String afterSubject,
            @RestQuery @DefaultValue("100") @Min(1) @Max(100) int limit) {
        TenantRights.requireFor(caller, tenant);
        return workloads.page(tenant, afterPlatform, afterSubject, limit).map(WorkloadPage::of);
    }

    private static RestResponse<WorkloadAnswer> answer(Linking result) {
        return switch (result) {
            case Linked(var workload) -> RestResponse.status(RestResponse.Status.CREATED, WorkloadAnswer.of(workload));
            case Unchanged(var workload) -> RestResponse.ok(WorkloadAnswer.of(workload));
            case Unlinked(var workload) -> RestResponse.ok(WorkloadAnswer.of(workload));
            case Rejected rejected -> throw new ProblemException(problem(rejected));
        };
    }

    private Problem unknownPlatform() {
        var known = platforms.names();
        return problem(
                "unknown-platform",
                422,
                known.isEmpty()
                        ? "No platform's word is taken here: the operator configures them."
                        : "Name one of: " + String.join(", ", known) + ".");
    }

    private static Problem problem(Rejected rejected) {
        return switch (rejected) {
            case UNKNOWN_IDENTITY -> problem("unknown-identity", 404, "Register the DID with this tenant first.");
            case IDENTITY_REVOKED -> problem("identity-revoked", 409, "The DID was revoked for good; name another.");
            case LINKED_OTHERWISE ->
                problem("workload-linked", 409, "The program acts as another DID; take that back first.");
            case TOO_MANY ->
                problem(
                        "too-many-workloads",
                        409,
                        Workloads.MOST_OF_A_DID + " programs act as this DID; register another for more.");
            case UNKNOWN_WORKLOAD -> problem("unknown-workload", 404, "No such program acts for this tenant.");
        };
    }

    private static Problem problem(String name, int status, String detail) {
        return Problem.of(name, "Workload not changed", status, detail);
    }

    record NewWorkload(
            @NotNull @Pattern(regexp = PLATFORM) String platform,
            @NotNull @Pattern(regexp = SUBJECT) String subject,
            @NotNull @Size(max = MAX_DID_LENGTH) String did) {}

    record WorkloadAnswer(String tenant, String platform, String subject, String did, Instant linkedAt) {
        static WorkloadAnswer of(Workload workload) {
            return new WorkloadAnswer(
                    workload.tenant(), workload.platform(), workload.subject(), workload.did(), workload.linkedAt());
        }
    }

    record WorkloadPage(List<WorkloadAnswer> workloads) {
        static WorkloadPage of(List<Workload> workloads) {
            return new WorkloadPage(workloads.stream().map(WorkloadAnswer::of).toList());
        }
    }
}
