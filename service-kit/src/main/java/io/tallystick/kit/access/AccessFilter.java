package io.tallystick.kit.access;

import io.tallystick.kit.access.AccessRefused.Reason;
import io.tallystick.kit.problem.Problem;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.ext.Provider;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Lets a request pass to a resource that says {@link RequiresScope} if its access token has the scope. */
@Provider
@RequiresScope("")
@Priority(Priorities.AUTHENTICATION)
class AccessFilter implements ContainerRequestFilter {
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
        caller.is(access.require(authorization(request), required.value(), required.own()));
    }

    /** Also answers for those who ask {@link AccessCheck} themselves. */
    @ServerExceptionMapper
    @Priority(Priorities.USER - 1)
    public RestResponse<Problem> refused(AccessRefused refused) {
        var problem = problem(refused);
        var answer = RestResponse.ResponseBuilder.<Problem>create(problem.status())
                .entity(problem)
                .type(Problem.MEDIA_TYPE);
        return problem.status() == Reason.IDENTITY_SILENT.status()
                ? answer.header(HttpHeaders.RETRY_AFTER, "1").build()
                : answer.header(HttpHeaders.WWW_AUTHENTICATE, challenge(refused))
                        .build();
    }

    private static Problem problem(AccessRefused refused) {
        var status = refused.reason().status();
        var detail = refused.getMessage();
        return switch (refused.reason()) {
            case NO_TOKEN -> Problem.of("access-token-missing", "Access token needed", status, detail);
            case INSUFFICIENT_SCOPE -> Problem.of("insufficient-scope", "Not allowed", status, detail);
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
                    NOT_PROVEN,
                    OUTDATED_DID,
                    REVOKED -> Problem.of("access-token-refused", "Access token not accepted", status, detail);
        };
    }

    /** The challenge of RFC 6750: without an error code when no access token came at all. */
    private String challenge(AccessRefused refused) {
        var realm = "Bearer realm=\"" + quotable(access.audience()) + "\"";
        return switch (refused.reason()) {
            case NO_TOKEN -> realm;
            case INSUFFICIENT_SCOPE -> realm + ", error=\"insufficient_scope\", scope=\"" + refused.scope() + "\"";
            default ->
                realm + ", error=\"invalid_token\", error_description=\"" + quotable(refused.getMessage()) + "\"";
        };
    }

    private static String quotable(String text) {
        return text.replaceAll("[^\\x20-\\x21\\x23-\\x5B\\x5D-\\x7E]", "'");
    }

    private RequiresScope required() {
        var onMethod = resource.getResourceMethod().getAnnotation(RequiresScope.class);
        return onMethod != null ? onMethod : resource.getResourceClass().getAnnotation(RequiresScope.class);
    }

    /** Two credentials in one request are a doubt, and a doubt is none. */
    private static String authorization(ContainerRequestContext request) {
        var values = request.getHeaders().get(HttpHeaders.AUTHORIZATION);
        return values == null || values.size() != 1 ? null : values.getFirst();
    }
}
