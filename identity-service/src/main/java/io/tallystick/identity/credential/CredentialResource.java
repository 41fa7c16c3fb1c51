package io.tallystick.identity.credential;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.credential.Credentials.Wish;
import io.tallystick.identity.did.Did;
import io.tallystick.identity.tenant.Tenant;
import io.tallystick.identity.tenant.TenantRights;
import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
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
import java.util.UUID;
import java.util.function.Function;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** What is said of a tenant's identities to others. Its owners ask for it, hand it on and take it back. */
@Path("/v1/tenants/{tenant}/credentials")
@RequiresScope("identities:write")
class CredentialResource {
    private static final String ID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    private static final String BEFORE_ALL = "00000000-0000-0000-0000-000000000000";
    private static final String FORMAT = "vc_jwt|jwt_vc_json";
    private static final int SHORTEST_SECONDS = 3_600;
    private static final int LONGEST_SECONDS = 366 * 86_400;
    private static final int USUAL_SECONDS = 90 * 86_400;

    private final Credentials credentials;
    private final SignedCredentials signed;
    private final Caller caller;
    private final MeterRegistry metrics;

    CredentialResource(Credentials credentials, SignedCredentials signed, Caller caller, MeterRegistry metrics) {
        this.credentials = credentials;
        this.signed = signed;
        this.caller = caller;
        this.metrics = metrics;
    }

    @POST
    public Uni<RestResponse<CredentialAnswer>> issue(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant, @Valid @NotNull NewCredential body) {
        TenantRights.requireFor(caller, tenant);
        signed.requireIssuer();
        var now = now();
        return credentials
                .issue(body.toWish(tenant, now))
                .map(this::issued)
                .chain(credential -> whole(credential, body.toFormat(), now))
                .map(answer -> RestResponse.status(RestResponse.Status.CREATED, answer));
    }

    @GET
    @RequiresScope(value = "identities:read", or = "identities:write")
    @Path("/{id}")
    public Uni<CredentialAnswer> get(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestPath @Pattern(regexp = ID) String id,
            @RestQuery @DefaultValue("vc_jwt") @Pattern(regexp = FORMAT) String format) {
        TenantRights.requireFor(caller, tenant);
        return credentials
                .find(tenant, UUID.fromString(id))
                .map(found -> found.orElseThrow(
                        () -> new ProblemException(CredentialProblems.of(StatusChange.Rejected.UNKNOWN_CREDENTIAL))))
                .chain(credential ->
                        whole(credential, CredentialFormat.of(format).orElseThrow(), now()));
    }

    @GET
    @RequiresScope(value = "identities:read", or = "identities:write")
    public Uni<CredentialPage> page(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant,
            @RestQuery @DefaultValue(BEFORE_ALL) @Pattern(regexp = ID) String after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(100) int limit) {
        TenantRights.requireFor(caller, tenant);
        var now = now();
        return credentials
                .page(tenant, UUID.fromString(after), limit)
                .map(found -> new CredentialPage(found.stream()
                        .map(credential -> CredentialAnswer.listed(credential, now))
                        .toList()));
    }

    @DELETE
    @Path("/{id}")
    public Uni<CredentialAnswer> revoke(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant, @RestPath @Pattern(regexp = ID) String id) {
        var now = now();
        return change(tenant, id, "revoked", credential -> credential.revoke(now));
    }

    @POST
    @Path("/{id}/suspend")
    public Uni<CredentialAnswer> suspend(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant, @RestPath @Pattern(regexp = ID) String id) {
        var now = now();
        return change(tenant, id, "suspended", credential -> credential.suspend(now));
    }

    @POST
    @Path("/{id}/resume")
    public Uni<CredentialAnswer> resume(
            @RestPath @Pattern(regexp = Tenant.ID) String tenant, @RestPath @Pattern(regexp = ID) String id) {
        return change(tenant, id, "resumed", Credential::resume);
    }

    private Uni<CredentialAnswer> change(
            String tenant, String id, String outcome, Function<Credential, StatusChange> decision) {
        TenantRights.requireFor(caller, tenant);
        return credentials.change(tenant, UUID.fromString(id), decision).map(result -> switch (result) {
            case StatusChange.Changed(var credential) -> {
                count(outcome);
                yield CredentialAnswer.listed(credential, now());
            }
            case StatusChange.Unchanged(var credential) -> CredentialAnswer.listed(credential, now());
            case StatusChange.Rejected rejected -> throw new ProblemException(CredentialProblems.of(rejected));
        });
    }

    private Credential issued(Issuance result) {
        return switch (result) {
            case Issuance.Issued(var credential) -> {
                count("issued");
                yield credential;
            }
            case Issuance.Rejected rejected -> {
                count("rejected");
                throw new ProblemException(CredentialProblems.of(rejected));
            }
        };
    }

    /** What says nothing any more is not signed again. */
    private Uni<CredentialAnswer> whole(Credential credential, CredentialFormat format, Instant now) {
        var listed = CredentialAnswer.listed(credential, now);
        return credential.holds(now)
                ? signed.sign(credential, format, now).map(text -> listed.with(format, text))
                : Uni.createFrom().item(listed);
    }

    private void count(String outcome) {
        metrics.counter("tallystick.identity.credentials", "outcome", outcome).increment();
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }

    /** @param validForSeconds 90 days if it is absent */
    record NewCredential(
            @NotNull @Size(max = Did.MAX_LENGTH) @Pattern(regexp = "[\\x21-\\x7e]*") String subject,

            @NotNull @Pattern(regexp = "TallystickProviderCredential|TallystickClientCredential") String type,

            @Min(SHORTEST_SECONDS) @Max(LONGEST_SECONDS) Integer validForSeconds,

            @Pattern(regexp = FORMAT) String format) {

        Wish toWish(String tenant, Instant now) {
            int seconds = validForSeconds == null ? USUAL_SECONDS : validForSeconds;
            return new Wish(
                    UUID.randomUUID(),
                    tenant,
                    subject,
                    CredentialType.ofTerm(type).orElseThrow(),
                    now,
                    now.plusSeconds(seconds));
        }

        CredentialFormat toFormat() {
            return format == null
                    ? CredentialFormat.VC_JWT
                    : CredentialFormat.of(format).orElseThrow();
        }
    }

    /**
     * @param state valid, suspended, revoked or expired
     * @param format of {@code credential}; absent with it
     * @param credential the JWT; absent in lists, and of what is not valid
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record CredentialAnswer(
            String id,
            String tenant,
            String subject,
            String type,
            List<String> roles,
            String state,
            Instant validFrom,
            Instant validUntil,
            int statusList,
            int statusListIndex,
            Instant suspendedAt,
            Instant revokedAt,
            String format,
            String credential) {

        static CredentialAnswer listed(Credential credential, Instant now) {
            var says = credential.says();
            return new CredentialAnswer(
                    credential.id().toString(),
                    says.tenant(),
                    says.subject(),
                    says.type().term(),
                    says.roles(),
                    credential.state(now),
                    credential.validFrom(),
                    credential.validUntil(),
                    credential.place().list(),
                    credential.place().index(),
                    credential.suspended() ? credential.suspendedAt() : null,
                    credential.revoked() ? credential.revokedAt() : null,
                    null,
                    null);
        }

        CredentialAnswer with(CredentialFormat signedAs, String text) {
            return new CredentialAnswer(
                    id,
                    tenant,
                    subject,
                    type,
                    roles,
                    state,
                    validFrom,
                    validUntil,
                    statusList,
                    statusListIndex,
                    suspendedAt,
                    revokedAt,
                    signedAs.word(),
                    text);
        }
    }

    record CredentialPage(List<CredentialAnswer> credentials) {}
}
