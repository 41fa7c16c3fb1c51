package io.tallystick.kit.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import io.quarkus.logging.Log;
import jakarta.annotation.Priority;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.WebApplicationException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The one place where an exception becomes an HTTP answer. */
class ProblemMapper {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    @ServerExceptionMapper
    @Priority(Priorities.USER - 1)
    public RestResponse<Problem> refused(ProblemException e) {
        return answer(e.problem(), e.headers());
    }

    @ServerExceptionMapper
    @Priority(Priorities.USER - 1)
    public RestResponse<Problem> unavailable(UnavailableException e) {
        Log.warnf("dependency did not answer, dependency=%s, cause=%s", e.dependency(), e.getCause());
        return unavailable(e.dependency(), e.retryAfter());
    }

    @ServerExceptionMapper
    @Priority(Priorities.USER - 1)
    public RestResponse<Problem> invalid(ConstraintViolationException e) {
        var errors = e.getConstraintViolations().stream()
                .map(v -> new Problem.FieldError(pointer(v), v.getMessage()))
                .toList();
        return answer(
                Problem.of("invalid-request", "Request not valid", 400, "Correct the fields listed and send it again.")
                        .with(errors));
    }

    @ServerExceptionMapper
    @Priority(Priorities.USER - 1)
    public RestResponse<Problem> notJson(JsonProcessingException e) {
        return answer(malformed(e));
    }

    /** What Quarkus REST refuses by itself: no such path, method, media type; a body it could not read. */
    @ServerExceptionMapper
    @Priority(Priorities.USER - 1)
    public RestResponse<Problem> refusedByTheFramework(WebApplicationException e) {
        if (e.getCause() instanceof JsonProcessingException json) {
            return answer(malformed(json));
        }
        var status = e.getResponse().getStatus();
        if (status < 400) {
            return RestResponse.ResponseBuilder.<Problem>create(status).build();
        }
        if (status >= 500) {
            return fault(e);
        }
        return answer(
                switch (status) {
                    case 404 -> Problem.of("not-found", "Not found", 404, "Check the path and the id in it.");
                    case 405 ->
                        Problem.of(
                                "method-not-allowed", "Method not allowed", 405, "See the reference for this path's.");
                    case 406 -> Problem.of("not-acceptable", "Media type not offered", 406, "Accept application/json.");
                    case 413 -> Problem.of("body-too-large", "Body too large", 413, "Send less in one request.");
                    case 415 ->
                        Problem.of("unsupported-media-type", "Media type not supported", 415, "See the reference.");
                    default -> Problem.of("invalid-request", "Request not valid", status, e.getMessage());
                });
    }

    /** What nobody expected: something that we depend on was away or too slow, or it is our fault. */
    @ServerExceptionMapper
    @Priority(Priorities.USER - 1)
    public RestResponse<Problem> fault(Throwable e) {
        var away = Away.dependency(e);
        if (away.isPresent()) {
            Log.warnf("dependency did not answer, dependency=%s, cause=%s", away.get(), e);
            return unavailable(away.get(), RETRY_AFTER);
        }
        if (isNoMediaType(e)) {
            return answer(Problem.of(
                    "unsupported-media-type", "Media type not supported", 415, "Content-Type is no media type."));
        }
        if (Away.isRefusedText(e)) {
            return answer(Problem.of(
                    "invalid-request", "Request not valid", 400, "A text must not have the character U+0000."));
        }
        Log.error("request failed", e);
        return answer(Problem.of("internal-error", "Our fault", 500, "Try again; if it stays, tell the operator."));
    }

    /** Quarkus REST has no other word for it. */
    private static boolean isNoMediaType(Throwable e) {
        return e instanceof IllegalArgumentException
                && e.getMessage() != null
                && e.getMessage().startsWith("Failed to parse media type");
    }

    private static Problem malformed(JsonProcessingException e) {
        var at = e.getLocation() == null
                ? ""
                : " at line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
        var problem = Problem.of("malformed-json", "Body is not the JSON expected", 400, "Not readable" + at + ".");
        if (e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()) {
            return problem.with(List.of(new Problem.FieldError(pointer(mapping), "has the wrong type or is unknown")));
        }
        return problem;
    }

    private static String pointer(JsonMappingException e) {
        var pointer = new StringBuilder();
        for (var step : e.getPath()) {
            pointer.append('/').append(step.getFieldName() == null ? step.getIndex() : step.getFieldName());
        }
        return pointer.toString();
    }

    /** The violation's path without the method and parameter names that only we know. */
    private static String pointer(ConstraintViolation<?> violation) {
        var nodes = StreamSupport.stream(violation.getPropertyPath().spliterator(), false)
                .toList();
        var pointer = new StringBuilder();
        for (var node : nodes.subList(Math.min(nodes.size() > 2 ? 2 : nodes.size() - 1, nodes.size()), nodes.size())) {
            if (node.getIndex() != null) {
                pointer.append('/').append(node.getIndex());
            }
            pointer.append('/').append(node.getName());
        }
        return pointer.toString();
    }

    private static RestResponse<Problem> unavailable(String dependency, Duration retryAfter) {
        var seconds = Math.max(1, retryAfter.toSeconds());
        return answer(
                Problem.of(
                        "unavailable",
                        "Try again later",
                        503,
                        dependency + " does not answer. It may have been done in part; send the same again in "
                                + seconds + " s."),
                Map.of("Retry-After", Long.toString(seconds)));
    }

    private static RestResponse<Problem> answer(Problem problem) {
        return answer(problem, Map.of());
    }

    private static RestResponse<Problem> answer(Problem problem, Map<String, String> headers) {
        var answer = RestResponse.ResponseBuilder.<Problem>create(problem.status())
                .entity(problem)
                .type(Problem.MEDIA_TYPE);
        headers.forEach(answer::header);
        return answer.build();
    }
}
