package io.tallystick.metering.meter;

import static java.util.Objects.requireNonNull;

import io.tallystick.metering.meter.Measurement.Measured;
import io.tallystick.metering.meter.Measurement.NotMeasured;
import io.tallystick.metering.meter.Measurement.Unusable;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Counts the events of one type.
 *
 * @param slug the meter's key within its tenant, at most 64 characters
 * @param eventType CloudEvents {@code type} of the events it counts
 * @param groupBy dimensions of its series by name, at most 8, each with the place of its value in the event's data
 * @param minutes whether it is kept by the minute too
 */
public record Meter(
        String slug, String eventType, Aggregation aggregation, SortedMap<String, JsonPath> groupBy, boolean minutes) {
    /** Most dimensions of a meter. */
    public static final int DIMENSIONS = 8;

    /** Longest value of a dimension. */
    public static final int DIMENSION_LENGTH = 256;

    static final Pattern SLUG = Pattern.compile("[a-z0-9]+(?:_[a-z0-9]+)*");
    static final Pattern DIMENSION = Pattern.compile("[a-zA-Z_][0-9a-zA-Z_]{0,63}");
    static final int SLUG_LENGTH = 64;
    static final int TYPE_LENGTH = 256;

    /** A meter that is kept by the hour. */
    public Meter(String slug, String eventType, Aggregation aggregation, SortedMap<String, JsonPath> groupBy) {
        this(slug, eventType, aggregation, groupBy, false);
    }

    public Meter {
        requireNonNull(aggregation, "aggregation");
        if (slug.length() > SLUG_LENGTH || !SLUG.matcher(slug).matches()) {
            throw new IllegalArgumentException("not a slug: " + slug);
        }
        if (eventType.isBlank() || eventType.length() > TYPE_LENGTH) {
            throw new IllegalArgumentException("not an event type");
        }
        if (groupBy.size() > DIMENSIONS
                || !groupBy.keySet().stream()
                        .allMatch(name -> DIMENSION.matcher(name).matches())) {
            throw new IllegalArgumentException("not dimensions: " + groupBy.keySet());
        }
        groupBy = Collections.unmodifiableSortedMap(new TreeMap<>(groupBy));
    }

    /**
     * @param type CloudEvents {@code type} of the event
     * @param data its data, as {@link JsonPath#find} wants it; a {@code null} inside stands for JSON's
     */
    public Measurement measure(String type, Object data) {
        if (!eventType.equals(type)) {
            return new NotMeasured();
        }
        return switch (aggregation) {
            case Aggregation.Count _ -> with(Quantity.ONE, data);
            case Aggregation.Sum(var path) -> number(path, data);
            case Aggregation.Look(var kind, var path) ->
                kind == Aggregation.Kind.UNIQUE_COUNT ? unique(path, data) : number(path, data);
        };
    }

    private Measurement unique(JsonPath path, Object data) {
        var value = path.find(data);
        if (value.isEmpty()) {
            return new NotMeasured();
        }
        return word(value.get())
                .map(text -> with(UniqueValue.of(text), data))
                .orElseGet(() -> new Unusable(path.text(), "must be a string, number or boolean"));
    }

    private Measurement number(JsonPath path, Object data) {
        var value = path.find(data);
        if (value.isEmpty()) {
            return new NotMeasured();
        }
        return text(value.get())
                .flatMap(Quantity::reported)
                .map(quantity -> with(quantity, data))
                .orElseGet(() -> new Unusable(path.text(), Quantity.RULE));
    }

    /** A dimension that is absent is the empty string, so that each event of the meter has a series. */
    private Measurement with(Quantity quantity, Object data) {
        var dimensions = new HashMap<String, String>();
        for (var dimension : groupBy.entrySet()) {
            var value = dimension.getValue().find(data).orElse("");
            var text = word(value);
            if (text.isEmpty() || text.get().length() > DIMENSION_LENGTH || !Utf8.holds(text.get())) {
                return new Unusable(
                        dimension.getValue().text(), "must be a string, number or boolean of at most 256 characters");
            }
            dimensions.put(dimension.getKey(), text.get());
        }
        return new Measured(quantity, dimensions);
    }

    private static Optional<String> word(Object value) {
        return value instanceof Boolean flag ? Optional.of(flag.toString()) : text(value);
    }

    private static Optional<String> text(Object value) {
        return switch (value) {
            case String text -> Optional.of(text);
            case Numeral(var text) -> Optional.of(text);
            case Boolean _, Map<?, ?> _, List<?> _ -> Optional.empty();
            default -> throw new IllegalArgumentException("not JSON data: " + value.getClass());
        };
    }
}
