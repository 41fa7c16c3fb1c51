package io.tallystick.kit.access.rate;

import io.tallystick.kit.access.Caller;
import io.tallystick.kit.access.RequiresScope;
import io.tallystick.kit.access.rate.Buckets.Taken;
import io.tallystick.kit.problem.Problem;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.ext.Provider;
import java.util.Map;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * Holds a tenant and an API key to their requests per minute, and says in each answer what is left (IETF draft "RateLimit
 * header fields for HTTP"). Only a caller that was let in is counted.
 */
@Provider
@RequiresScope("")
@Priority(Priorities.AUTHENTICATION + 1)
class RateFilter implements ContainerRequestFilter, ContainerResponseFilter {
    private static final String TAKEN = RateFilter.class.getName();

    private final Caller caller;
    private final RateLimits limits;

    RateFilter(Caller caller, RateLimits limits) {
        this.caller = caller;
        this.limits = limits;
    }

    /** What was left, by policy. */
    private record Answered(Map<String, Taken> byPolicy) {}

    @Override
    public void filter(ContainerRequestContext request) {
        var taken = limits.take(caller.tenant(), caller.apiKey(), System.nanoTime());
        request.setProperty(TAKEN, new Answered(taken));
        taken.entrySet().stream()
                .filter(policy -> !policy.getValue().allowed())
                .findFirst()
                .ifPresent(RateFilter::refuse);
    }

    private static void refuse(Map.Entry<String, Taken> policy) {
        throw new TooManyRequests(policy.getKey(), policy.getValue());
    }

    /** A request beyond what its API key or its tenant may make in a minute. */
    static final class TooManyRequests extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String policy;
        private final transient Taken taken;

        TooManyRequests(String policy, Taken taken) {
            super("too many requests, policy=" + policy, null, false, false);
            this.policy = policy;
            this.taken = taken;
        }
    }

    @ServerExceptionMapper
    @Priority(Priorities.USER - 1)
    public RestResponse<Problem> refused(TooManyRequests refused) {
        limits.count(refused.policy);
        var detail = "This %s may make %d requests per minute here; wait for Retry-After."
                .formatted(
                        refused.policy.equals(RateLimits.KEY) ? "API key" : RateLimits.TENANT, refused.taken.limit());
        var problem = Problem.of("too-many-requests", "Too many requests", 429, detail);
        return RestResponse.ResponseBuilder.<Problem>create(problem.status())
                .entity(problem)
                .type(Problem.MEDIA_TYPE)
                .header(HttpHeaders.RETRY_AFTER, refused.taken.secondsToNext())
                .build();
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (request.getProperty(TAKEN) instanceof Answered(var byPolicy)) {
            RateLimits.headers(byPolicy)
                    .forEach((name, value) -> response.getHeaders().putSingle(name, value));
        }
    }
}
