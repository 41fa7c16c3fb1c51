package io.tallystick.kit.access;

import io.quarkus.arc.ClientProxy;
import io.tallystick.kit.access.proof.DpopProofs;
import io.tallystick.kit.access.proof.Presented;
import io.tallystick.kit.access.proof.Proof;
import io.tallystick.kit.problem.Problem;
import io.vertx.core.http.HttpServerRequest;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.ext.Provider;
import java.util.concurrent.CompletionException;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;

/** Lets a request pass to a resource that says {@link RequiresScope} if its access token has the scope. */
@Provider
@RequiresScope("")
@Priority(Priorities.AUTHENTICATION)
class AccessFilter implements ContainerRequestFilter, ContainerResponseFilter {
    private final AccessCheck access;
    private final Caller caller;
    private final ResourceInfo resource;

    AccessFilter(AccessCheck access, Caller caller, ResourceInfo resource) {
        this.access = access;
        this.caller = caller;
        this.resource = resource;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        var required = required();
        var waiting = (ResteasyReactiveContainerRequestContext) request;
        // Where the answer comes later, the request's scope may not be active.
        var known = ClientProxy.unwrap(caller);
        var asked = access.require(presented(waiting), required)
                .thenAccept(admitted -> {
                    known.is(admitted.token());
                    admitted.proof().ifPresent(proof -> request.setProperty(Proof.PROPERTY, proof));
                })
                .toCompletableFuture();
        switch (asked.state()) {
            case SUCCESS -> {}
            case FAILED, CANCELLED -> throw thrown(asked.exceptionNow());
            case RUNNING -> {
                waiting.suspend();
                var _ = asked.whenComplete((_, failure) -> {
                    if (failure == null) {
                        waiting.resume();
                    } else {
                        waiting.resume(cause(failure));
                    }
                });
            }
        }
    }

    /** Who has proved its key with a nonce that ends is given the next, and needs no refusal to learn of it. */
    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (request.getProperty(Proof.PROPERTY) instanceof Proof proof
                && !proof.nonce().isEmpty()) {
            access.nonces()
                    .given()
                    .filter(given -> !given.equals(proof.nonce()))
                    .ifPresent(given -> response.getHeaders().putSingle(DpopProofs.NONCE_HEADER, given));
        }
    }

    private static Presented presented(ResteasyReactiveContainerRequestContext request) {
        var context = (ResteasyReactiveRequestContext) request.getServerRequestContext();
        return Presented.of(context.serverRequest().unwrap(HttpServerRequest.class));
    }

    private static RuntimeException thrown(Throwable failure) {
        return cause(failure) instanceof RuntimeException cause ? cause : new IllegalStateException(failure);
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Also answers for those who ask {@link AccessCheck} themselves. */
    @ServerExceptionMapper
    @Priority(Priorities.USER - 1)
    public RestResponse<Problem> refused(AccessRefused refused) {
        var problem = problem(refused);
        var answer = RestResponse.ResponseBuilder.<Problem>create(problem.status())
                .entity(problem)
                .type(Problem.MEDIA_TYPE);
        Challenges.of(refused, access.audience(), access.nonces())
                .forEach((name, values) -> values.forEach(value -> answer.header(name, value)));
        return answer.build();
    }

    private static Problem problem(AccessRefused refused) {
        var status = refused.reason().status();
        var detail = refused.getMessage();
        return switch (refused.reason()) {
            case MALFORMED_API_KEY, UNKNOWN_API_KEY ->
                Problem.of("api-key-refused", "API key not accepted", status, detail);
            case API_KEY_IN_URL, CONFLICTING_CREDENTIALS ->
                Problem.of("credentials-misplaced", "Credentials not accepted", status, detail);
            case NO_TOKEN -> Problem.of("access-token-missing", "Access token needed", status, detail);
            case INSUFFICIENT_SCOPE -> Problem.of("insufficient-scope", "Not allowed", status, detail);
            case NOT_PROVEN -> Problem.of("key-not-proven", "Proof of a key needed", status, detail);
            case NEEDS_NONCE -> Problem.of("proof-needs-nonce", "Nonce needed", status, detail);
            case BAD_PROOF -> Problem.of("proof-refused", "Proof of a key not accepted", status, detail);
            case BAD_REQUEST_SIGNATURE ->
                Problem.of("request-signature-refused", "Signature of the request not accepted", status, detail);
            case PROOF_NOT_CHECKED -> Problem.of("proof-not-checked", "Try again later", status, detail);
            case IDENTITY_SILENT -> Problem.of("identity-silent", "Try again later", status, detail);
            case MALFORMED,
                    WRONG_HEADER,
                    UNKNOWN_KEY,
                    BAD_SIGNATURE,
                    WRONG_ISSUER,
                    WRONG_AUDIENCE,
                    EXPIRED,
                    NOT_YET_VALID,
                    TOO_LONG_LIVED,
                    OUTDATED_DID,
                    REVOKED -> Problem.of("access-token-refused", "Access token not accepted", status, detail);
        };
    }

    private RequiresScope required() {
        var onMethod = resource.getResourceMethod().getAnnotation(RequiresScope.class);
        return onMethod != null ? onMethod : resource.getResourceClass().getAnnotation(RequiresScope.class);
    }
}
