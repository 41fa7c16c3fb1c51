package io.tallystick.kit.problem;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * An answer that says no, after RFC 9457.
 *
 * @param type stable URI reference; its last segment is the name of a section in the reference of problems
 * @param title the same for every problem of the type
 * @param status the HTTP status it is answered with
 * @param detail what the caller can do about it
 * @param errors which items and fields are meant; empty when the whole request is
 * @param members further members that the type has, such as a text to sign
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        List<FieldError> errors,
        @JsonAnyGetter Map<String, String> members) {

    /** Media type of a problem. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** Most {@link #errors} that one problem lists. */
    public static final int MAX_ERRORS = 100;

    /**
     * One thing that is wrong.
     *
     * @param pointer RFC 6901 pointer to the item or field in the request's body
     * @param detail what is wrong with it
     */
    public record FieldError(String pointer, String detail) {}

    public Problem {
        requireNonNull(type, "type");
        requireNonNull(title, "title");
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("not an error status: " + status);
        }
        errors = errors.stream().limit(MAX_ERRORS).toList();
        members = Map.copyOf(members);
    }

    /** @param name last segment of the type, such as {@code unknown-channel} */
    public static Problem of(String name, String title, int status, String detail) {
        return new Problem("/problems/" + name, title, status, detail, List.of(), Map.of());
    }

    /** This problem with the items and fields it means; at most {@link #MAX_ERRORS} are kept. */
    public Problem with(List<FieldError> fields) {
        return new Problem(type, title, status, detail, fields, members);
    }

    /** This problem with its type's further members, in place of any it has. */
    public Problem with(Map<String, String> further) {
        return new Problem(type, title, status, detail, errors, further);
    }
}
