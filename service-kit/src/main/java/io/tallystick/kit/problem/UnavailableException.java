package io.tallystick.kit.problem;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** Something that this service depends on did not answer, which says nothing about what was asked of it. */
public class UnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String dependency;
    private final Duration retryAfter;

    /**
     * @param dependency what did not answer: {@code kafka}, {@code database}, {@code chain}, {@code identity}, …
     * @param retryAfter when the caller may try again; answered in whole seconds, at least one
     */
    public UnavailableException(String dependency, Duration retryAfter, Throwable cause) {
        super(dependency + " did not answer", cause);
        this.dependency = requireNonNull(dependency, "dependency");
        this.retryAfter = requireNonNull(retryAfter, "retryAfter");
    }

    public String dependency() {
        return dependency;
    }

    public Duration retryAfter() {
        return retryAfter;
    }
}
