package io.tallystick.identity.credential.verification;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.credential.verification.Verdict.Believed;
import io.tallystick.identity.credential.verification.Verdict.Refused;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.problem.Problem;
import io.tallystick.kit.problem.ProblemException;
import io.vertx.core.http.HttpServerRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Looks at a credential that somebody presents, for who wants to register the holder. */
@Path("/v1/credentials/verify")
@RequiresScope("identities:write")
class VerificationResource {
    private final CredentialVerifier verifier;
    private final MeterRegistry metrics;

    VerificationResource(CredentialVerifier verifier, MeterRegistry metrics) {
        this.verifier = verifier;
        this.metrics = metrics;
    }

    /** There is no answer that says no and could be taken for a yes: what is not believed is a problem. */
    @POST
    public Uni<BelievedCredential> verify(@Valid @NotNull Presented body, @Context HttpServerRequest http) {
        return verifier.verify(body.jwt(), http.remoteAddress().hostAddress(), Instant.now())
                .map(verdict -> switch (verdict) {
                    case Believed(var credential) -> {
                        count("believed");
                        yield BelievedCredential.of(credential);
                    }
                    case Refused refused -> {
                        count(refused.reason().name().toLowerCase(Locale.ROOT));
                        throw new ProblemException(problem(refused));
                    }
                });
    }

    private void count(String outcome) {
        metrics.counter("tallystick.identity.credentials.presented", "outcome", outcome)
                .increment();
    }

    private static Problem problem(Refused refused) {
        var detail = refused.detail() + ".";
        return switch (refused.reason()) {
            case NOT_A_CREDENTIAL -> problem("invalid-credential", 422, "Present a vc+jwt: " + detail);
            case ISSUER_NOT_RESOLVED ->
                problem("issuer-not-resolved", 422, "Believe no issuer that cannot be resolved: " + detail);
            case TOO_MANY_LOOKUPS -> problem("too-many-requests", 429, detail);
            case NOT_SIGNED -> problem("credential-not-signed", 422, "The issuer did not sign this: " + detail);
            case NOT_VALID_NOW -> problem("credential-not-valid-now", 422, "Ask for a newer one: " + detail);
            case STATUS_NOT_CHECKED ->
                problem("credential-status-not-checked", 422, "Whether it still holds is not known: " + detail);
            case REVOKED -> problem("credential-revoked", 422, "Do not believe it: " + detail);
            case SUSPENDED -> problem("credential-suspended", 422, "Do not believe it now: " + detail);
        };
    }

    private static Problem problem(String name, int status, String detail) {
        return Problem.of(name, "Credential not believed", status, detail);
    }

    /** @param jwt the credential, {@code vc+jwt} */
    record Presented(
            @NotNull @Size(max = CredentialVerifier.MAX_LENGTH) String jwt) {}

    /** @param credential all that it says */
    record BelievedCredential(
            String issuer, List<String> type, @JsonRawValue String credential) {
        static BelievedCredential of(SignedCredential believed) {
            return new BelievedCredential(
                    believed.issuer(), believed.types(), believed.text().text());
        }
    }
}
