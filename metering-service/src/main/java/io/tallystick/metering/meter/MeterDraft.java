package io.tallystick.metering.meter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A meter as a tenant describes it, in OpenMeter's words. Absent texts are empty.
 *
 * @param aggregation {@code COUNT}, {@code SUM}, or one of those that are only looked at
 * @param valueProperty path of the value; empty for {@code COUNT}
 * @param groupBy paths by name of the dimension
 * @param windowSize smallest window that it is kept by, {@code HOUR} or {@code MINUTE}
 */
public record MeterDraft(
        String slug,
        String aggregation,
        String eventType,
        String valueProperty,
        Map<String, String> groupBy,
        String windowSize) {
    /** Kept by the hour. */
    public static final String HOUR = "HOUR";

    /** Kept by the minute too. */
    public static final String MINUTE = "MINUTE";

    /** Kept by the hour. */
    public MeterDraft(
            String slug, String aggregation, String eventType, String valueProperty, Map<String, String> groupBy) {
        this(slug, aggregation, eventType, valueProperty, groupBy, HOUR);
    }

    public MeterDraft {
        groupBy = Map.copyOf(groupBy);
    }

    /** What became of a draft. */
    public sealed interface Checked {}

    public record Valid(Meter meter) implements Checked {}

    /** @param flaws at least one */
    public record Invalid(List<Flaw> flaws) implements Checked {
        public Invalid {
            flaws = List.copyOf(flaws);
        }
    }

    /**
     * @param pointer RFC 6901 pointer to the field
     * @param rule what must hold there
     */
    public record Flaw(String pointer, String rule) {}

    /** The meter, or everything that is wrong with the draft. */
    public Checked check() {
        var flaws = new ArrayList<Flaw>();
        if (slug.length() > Meter.SLUG_LENGTH || !Meter.SLUG.matcher(slug).matches()) {
            flaws.add(new Flaw("/slug", "must be lower-case words joined by _, at most 64 characters"));
        }
        if (CallMeters.named(slug).isPresent()) {
            flaws.add(new Flaw("/slug", "must not be a meter of the gateway's calls, which every tenant has"));
        }
        if (eventType.isBlank() || eventType.length() > Meter.TYPE_LENGTH || !Utf8.holds(eventType)) {
            flaws.add(new Flaw("/eventType", "must be the type of the events to count, 1 to 256 characters"));
        }
        var aggregated = aggregated(flaws);
        var dimensions = dimensions(flaws);
        if (!windowSize.equals(HOUR) && !windowSize.equals(MINUTE)) {
            flaws.add(new Flaw("/windowSize", "must be HOUR or MINUTE: the smallest window that the meter is kept by"));
        }
        return flaws.isEmpty()
                ? new Valid(new Meter(slug, eventType, aggregated, dimensions, windowSize.equals(MINUTE)))
                : new Invalid(flaws);
    }

    private Aggregation aggregated(List<Flaw> flaws) {
        switch (aggregation) {
            case "COUNT" -> {
                if (!valueProperty.isEmpty()) {
                    flaws.add(new Flaw("/valueProperty", "must be absent when aggregation is COUNT"));
                }
            }
            case "SUM", "MIN", "MAX", "AVG", "LATEST", "UNIQUE_COUNT" -> {
                var path = JsonPath.parse(valueProperty);
                if (path.isPresent()) {
                    return aggregation.equals("SUM")
                            ? new Aggregation.Sum(path.get())
                            : new Aggregation.Look(Aggregation.Kind.valueOf(aggregation), path.get());
                }
                flaws.add(new Flaw("/valueProperty", JsonPath.RULE));
            }
            default ->
                flaws.add(new Flaw(
                        "/aggregation",
                        "must be COUNT or SUM, which can be billed, or MIN, MAX, AVG, LATEST or UNIQUE_COUNT"));
        }
        return new Aggregation.Count();
    }

    private TreeMap<String, JsonPath> dimensions(List<Flaw> flaws) {
        var dimensions = new TreeMap<String, JsonPath>();
        if (groupBy.size() > Meter.DIMENSIONS) {
            flaws.add(new Flaw("/groupBy", "must have at most " + Meter.DIMENSIONS + " dimensions"));
            return dimensions;
        }
        for (var dimension : groupBy.entrySet()) {
            var name = dimension.getKey();
            var path = JsonPath.parse(dimension.getValue());
            if (!Meter.DIMENSION.matcher(name).matches() || name.equals("subject")) {
                flaws.add(new Flaw(
                        "/groupBy", "a dimension is named with letters, digits and _, and is not called subject"));
            } else if (path.isEmpty()) {
                flaws.add(new Flaw("/groupBy/" + name, JsonPath.RULE));
            } else if (dimension.getValue().equals(valueProperty)) {
                flaws.add(new Flaw("/groupBy/" + name, "must not be the value that is summed"));
            } else {
                dimensions.put(name, path.get());
            }
        }
        return dimensions;
    }
}
