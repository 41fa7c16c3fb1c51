package io.tallystick.metering.query;

import static java.util.Objects.requireNonNull;

import io.tallystick.metering.meter.MeterDraft;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A query in OpenMeter's words, as texts. What is absent is empty. */
record Asked(
        String from,
        String to,
        String windowSize,
        String windowTimeZone,
        List<String> subject,
        List<String> groupBy,
        Map<String, List<String>> filterGroupBy) {
    /** Most subjects, dimensions and values in one query. */
    static final int MOST = 100;

    private static final Instant LAST = Instant.parse("9999-01-01T00:00:00Z");

    private static final String WHOLE_HOUR = "must be a whole UTC hour such as 2026-01-31T12:00:00Z; the meter is kept "
            + "by the hour, and one with windowSize MINUTE by the minute";

    private static final String WHOLE_MINUTE = "must be a whole minute such as 2026-01-31T12:34:00Z";

    Asked {
        requireNonNull(from, "from");
        subject = List.copyOf(subject);
        groupBy = List.copyOf(groupBy);
        filterGroupBy = Map.copyOf(filterGroupBy);
    }

    /** The same, of these subjects alone. */
    Asked ofSubjects(Set<String> only) {
        return new Asked(
                from, to, windowSize, windowTimeZone, only.stream().sorted().toList(), groupBy, filterGroupBy);
    }

    /** What became of it. */
    sealed interface Understood {}

    record Valid(Question question) implements Understood {}

    /** @param flaws rule by name of the parameter; at least one */
    record Invalid(List<Flaw> flaws) implements Understood {
        Invalid {
            flaws = List.copyOf(flaws);
        }
    }

    record Flaw(String parameter, String rule) {}

    Understood of(String tenant, MeterDraft meter) {
        var flaws = new ArrayList<Flaw>();
        var dimensions = meter.groupBy().keySet();
        var minutes = meter.windowSize().equals(MeterDraft.MINUTE);
        var start = time("from", from, minutes, flaws);
        var end = time("to", to, minutes, flaws);
        if (start.isPresent() && end.isPresent() && !start.get().isBefore(end.get())) {
            flaws.add(new Flaw("to", "must be after from"));
        }
        var size = size(minutes, flaws);
        var zone = zone(flaws);
        var groups = new ArrayList<>(groupBy);
        // As OpenMeter does: who asks for subjects gets each by itself.
        var bySubject = groups.removeIf("subject"::equals) || !subject.isEmpty();
        known("groupBy", groups, dimensions, flaws);
        known("filterGroupBy", List.copyOf(filterGroupBy.keySet()), dimensions, flaws);
        if (subject.size() > MOST || filterGroupBy.values().stream().anyMatch(values -> values.size() > MOST)) {
            flaws.add(new Flaw("subject", "at most " + MOST + " values are asked for at once"));
        }
        return flaws.isEmpty()
                ? new Valid(new Question(
                        tenant,
                        meter.slug(),
                        meter.aggregation(),
                        minutes,
                        start,
                        end,
                        size,
                        zone,
                        subject,
                        bySubject,
                        groups.stream().distinct().toList(),
                        filterGroupBy))
                : new Invalid(flaws);
    }

    private static Optional<Instant> time(String name, String text, boolean minutes, List<Flaw> flaws) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            var time = OffsetDateTime.parse(text).toInstant();
            var whole = minutes ? Windows.isWholeMinute(time) : Windows.isWholeHour(time);
            if (whole && time.isAfter(Instant.EPOCH) && time.isBefore(LAST)) {
                return Optional.of(time);
            }
        } catch (DateTimeException _) {
            // Answered below, as any other time that cannot be asked for.
        }
        flaws.add(new Flaw(name, minutes ? WHOLE_MINUTE : WHOLE_HOUR));
        return Optional.empty();
    }

    private Optional<WindowSize> size(boolean minutes, List<Flaw> flaws) {
        return switch (windowSize) {
            case "" -> Optional.empty();
            case "MINUTE" -> {
                if (!minutes) {
                    flaws.add(new Flaw(
                            "windowSize",
                            "must be HOUR, DAY or MONTH: the meter is kept by the hour, and one with windowSize MINUTE "
                                    + "by the minute"));
                }
                yield Optional.of(WindowSize.MINUTE);
            }
            case "HOUR" -> Optional.of(WindowSize.HOUR);
            case "DAY" -> Optional.of(WindowSize.DAY);
            case "MONTH" -> Optional.of(WindowSize.MONTH);
            default -> {
                flaws.add(new Flaw("windowSize", "must be MINUTE, HOUR, DAY or MONTH"));
                yield Optional.empty();
            }
        };
    }

    private ZoneId zone(List<Flaw> flaws) {
        try {
            return ZoneId.of(windowTimeZone.isEmpty() ? "UTC" : windowTimeZone);
        } catch (DateTimeException e) {
            flaws.add(new Flaw("windowTimeZone", "must be a zone of the IANA database, such as Europe/Paris"));
            return ZoneId.of("UTC");
        }
    }

    private static void known(String name, List<String> asked, Set<String> dimensions, List<Flaw> flaws) {
        for (var dimension : asked) {
            if (!dimensions.contains(dimension)) {
                flaws.add(new Flaw(name, "names " + dimension + ", which the meter does not group by: " + dimensions));
                return;
            }
        }
    }
}
