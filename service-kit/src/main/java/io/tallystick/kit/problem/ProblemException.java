package io.tallystick.kit.problem;

import java.util.Map;

/** Ends a request with a problem. Thrown at the edge only; core answers with sealed results. */
public class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;
    private final transient Map<String, String> headers;

    public ProblemException(Problem problem) {
        this(problem, Map.of());
    }

    /** @param headers further headers of the answer, such as {@code WWW-Authenticate} */
    public ProblemException(Problem problem, Map<String, String> headers) {
        super(problem.type() + ": " + problem.detail());
        this.problem = problem;
        this.headers = Map.copyOf(headers);
    }

    public Problem problem() {
        return problem;
    }

    public Map<String, String> headers() {
        return headers;
    }
}
