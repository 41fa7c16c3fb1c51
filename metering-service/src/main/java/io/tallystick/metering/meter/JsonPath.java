package io.tallystick.metering.meter;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where in an event's data a value stands: {@code $}, {@code $.usage.tokens}, {@code $['usage']}, {@code $.parts[0]}.
 * One path names one value: there are no wildcards, filters or slices.
 *
 * @param text the path as it was given
 * @param steps names ({@link String}) and positions ({@link Integer}) from the root
 */
public record JsonPath(String text, List<Object> steps) {
    /** What {@link #parse} accepts, for an error's text. */
    public static final String RULE =
            "must be a path to one value, such as $.tokens, $.usage['input'] or $.parts[0], of at most 256 characters";

    private static final int LONGEST = 256;
    private static final int DEEPEST = 16;
    private static final Pattern STEP =
            Pattern.compile("\\.([\\p{L}_][\\p{L}\\p{N}_-]*)|\\['([^']+)']|\\[\"([^\"]+)\"]|\\[([0-9]{1,4})]");

    public JsonPath {
        requireNonNull(text, "text");
        steps = List.copyOf(steps);
    }

    /** Empty if {@link #RULE} is broken. */
    public static Optional<JsonPath> parse(String text) {
        if (text.length() > LONGEST || !text.startsWith("$")) {
            return Optional.empty();
        }
        var steps = new ArrayList<>();
        var matcher = STEP.matcher(text).region(1, text.length());
        while (matcher.lookingAt()) {
            steps.add(matcher.group(4) == null ? name(matcher) : Integer.valueOf(matcher.group(4)));
            matcher.region(matcher.end(), text.length());
        }
        return matcher.regionStart() == text.length() && steps.size() <= DEEPEST
                ? Optional.of(new JsonPath(text, steps))
                : Optional.empty();
    }

    private static String name(java.util.regex.MatchResult step) {
        for (int group = 1; group <= 3; group++) {
            if (step.group(group) != null) {
                return step.group(group);
            }
        }
        throw new IllegalStateException("a step without a name");
    }

    /**
     * What stands there.
     *
     * @param data a tree of {@link Map}, {@link List}, {@link String}, {@link Numeral} and {@link Boolean}
     * @return empty if nothing or {@code null} stands there
     */
    public Optional<Object> find(Object data) {
        var found = data;
        for (var step : steps) {
            found = below(found, step);
        }
        return Optional.ofNullable(found);
    }

    private static Object below(Object found, Object step) {
        return switch (step) {
            case String name when found instanceof Map<?, ?> object -> object.get(name);
            case Integer position when found instanceof List<?> array && position < array.size() -> array.get(position);
            default -> null;
        };
    }
}
