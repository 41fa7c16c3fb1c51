package io.tallystick.identity.key.signer;

import io.tallystick.kit.problem.Problem;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** A signer that failed, as an answer. */
class SignerProblems {
    private static final int RETRY_AFTER_SECONDS = 2;

    /** Says nothing of our Vault to strangers: its operator finds that in the health check and the log. */
    @ServerExceptionMapper
    public RestResponse<Problem> failed(SignerFailed e) {
        return RestResponse.ResponseBuilder.<Problem>create(503)
                .entity(Problem.of(
                        "signer-away",
                        "Cannot sign now",
                        503,
                        "What this installation signs with does not answer. Nothing was signed; send the same again in "
                                + RETRY_AFTER_SECONDS + " s, with a new client_assertion if it had one. Operators find "
                                + "the cause in /q/health/well."))
                .type(Problem.MEDIA_TYPE)
                .header("Retry-After", RETRY_AFTER_SECONDS)
                .build();
    }
}
