package io.tallystick.kit.access;

import io.tallystick.kit.access.AccessRefused.Reason;
import io.tallystick.kit.access.apikey.ApiKey;
import io.tallystick.kit.problem.Problem;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.ext.Provider;
import java.util.List;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Lets a request pass to a resource that says {@link RequiresScope} if its access token has the scope. */
@Provider
@RequiresScope("")
@Priority(Priorities.AUTHENTICATION)
class AccessFilter implements ContainerRequestFilter {
    private static final String API_KEY_HEADER = "x-api-key";
    private static final String BEARER = "Bearer ";

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
        caller.is(access.require(credential(request), required));
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
            case MALFORMED_API_KEY, UNKNOWN_API_KEY ->
                Problem.of("api-key-refused", "API key not accepted", status, detail);
            case API_KEY_IN_URL, CONFLICTING_CREDENTIALS ->
                Problem.of("credentials-misplaced", "Credentials not accepted", status, detail);
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

    private String credential(ContainerRequestContext request) {
        try {
            refuseKeyInUrl(request);
            return authorization(request);
        } catch (AccessRefused e) {
            access.count(e);
            throw e;
        }
    }

    /** Two credentials in one request are a doubt, and a doubt is none. */
    private static String authorization(ContainerRequestContext request) {
        var keys = request.getHeaders().get(API_KEY_HEADER);
        var values = request.getHeaders().get(HttpHeaders.AUTHORIZATION);
        if (keys != null) {
            return authorization(keys, values == null ? List.of() : values);
        }
        return values == null || values.size() != 1 ? null : values.getFirst();
    }

    /** An API key in its own header. Beside it, {@code Authorization} may say the same and nothing else. */
    private static String authorization(List<String> keys, List<String> values) {
        var key = keys.getFirst().strip();
        if (keys.size() != 1 || !ApiKey.isMeant(key)) {
            throw new AccessRefused(
                    Reason.MALFORMED_API_KEY, "x-api-key takes one API key; an access token goes into Authorization.");
        }
        if (values.size() > 1 || values.stream().anyMatch(value -> !isBearer(value, key))) {
            throw new AccessRefused(
                    Reason.CONFLICTING_CREDENTIALS,
                    "Send the API key once: as Authorization: Bearer …, or as x-api-key.");
        }
        return BEARER + key;
    }

    private static boolean isBearer(String value, String key) {
        return value.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && value.substring(BEARER.length()).strip().equals(key);
    }

    /** Refused even beside a right header, so that somebody hears of it: it must be revoked. */
    private static void refuseKeyInUrl(ContainerRequestContext request) {
        if (ApiKey.isInside(request.getUriInfo().getRequestUri().toString())) {
            throw new AccessRefused(
                    Reason.API_KEY_IN_URL,
                    "Never put an API key into a URL, where others read it: revoke this one, and send a new one in "
                            + "the header Authorization or x-api-key.");
        }
    }
}
