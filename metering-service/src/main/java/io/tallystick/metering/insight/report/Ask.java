package io.tallystick.metering.insight.report;

import io.tallystick.metering.insight.Span;
import io.tallystick.metering.insight.Windows;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What is asked of usage or cost, as texts, in the words of the meters' queries. What is absent is empty. */
record Ask(
        String from,
        String to,
        String windowSize,
        String windowTimeZone,
        List<String> groupBy,
        List<String> subjects,
        List<String> models,
        int limit,
        String after) {
    /** Most subjects or models that are named. */
    static final int MOST_NAMED = 100;

    /** Longest time that is asked for. */
    static final Duration LONGEST = Duration.ofDays(3660);

    /** Without a time the last thirty days are meant. */
    private static final Duration USUAL = Duration.ofDays(30);

    private static final Instant FIRST = Instant.parse("2000-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-01-01T00:00:00Z");

    Ask {
        groupBy = List.copyOf(groupBy);
        subjects = List.copyOf(subjects);
        models = List.copyOf(models);
    }

    /** What became of it. */
    sealed interface Understood {}

    record Valid(Question question) implements Understood {}

    /** @param flaws at least one */
    record Invalid(List<Flaw> flaws) implements Understood {
        Invalid {
            flaws = List.copyOf(flaws);
        }
    }

    record Flaw(String parameter, String rule) {}

    /**
     * @param own the only subjects that the caller may see; empty for all
     * @param groups words that {@code groupBy} may have
     */
    Understood of(String tenant, Optional<Set<String>> own, Set<String> groups, Instant now) {
        var flaws = new ArrayList<Flaw>();
        var nextHour = now.truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS);
        var end = hour("to", to, nextHour, flaws);
        var start = hour("from", from, end.minus(USUAL), flaws);
        if (!start.isBefore(end) || Duration.between(start, end).compareTo(LONGEST) > 0) {
            flaws.add(new Flaw("to", "must be after from, and at most " + LONGEST.toDays() + " days"));
        }
        var size = size(flaws);
        var zone = zone(flaws);
        for (var group : groupBy) {
            if (!groups.contains(group)) {
                flaws.add(new Flaw("groupBy", "must be of " + new TreeSet<>(groups)));
            }
        }
        if (subjects.size() > MOST_NAMED || models.size() > MOST_NAMED || hasNul(subjects) || hasNul(models)) {
            flaws.add(new Flaw("subject", "at most " + MOST_NAMED + " subjects and models are named, without NUL"));
        }
        var cursor = Cursor.of(after);
        if (cursor.isEmpty()) {
            flaws.add(new Flaw("after", "must be the next of an answer"));
        }
        if (!flaws.isEmpty()) {
            return new Invalid(flaws);
        }
        return cut(start, end, size, zone, flaws)
                .<Understood>map(windows -> new Valid(new Question(
                        tenant,
                        windows,
                        groupBy.contains("subject"),
                        groupBy.contains("model"),
                        groupBy.contains("apiKey"),
                        own.or(() -> subjects.isEmpty() ? Optional.empty() : Optional.of(Set.copyOf(subjects))),
                        models,
                        limit,
                        cursor.orElseThrow())))
                .orElseGet(() -> new Invalid(flaws));
    }

    private static Optional<Windows> cut(
            Instant start, Instant end, Optional<Span> size, ZoneId zone, List<Flaw> flaws) {
        if (size.isEmpty()) {
            return Optional.of(Windows.one(start, end));
        }
        return switch (Windows.cut(start, end, size.get(), zone)) {
            case Windows.Done(var windows) -> Optional.of(windows);
            case Windows.NotCut.TOO_MANY -> {
                flaws.add(new Flaw("windowSize", "at most " + Windows.MOST + " windows; ask for longer ones"));
                yield Optional.empty();
            }
            case Windows.NotCut.NOT_WHOLE_HOURS -> {
                flaws.add(new Flaw(
                        "windowTimeZone", "its days do not begin on a whole UTC hour, and usage is kept by the hour"));
                yield Optional.empty();
            }
        };
    }

    private static Instant hour(String name, String text, Instant otherwise, List<Flaw> flaws) {
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            var time = OffsetDateTime.parse(text).toInstant();
            if (Windows.isWholeHour(time) && !time.isBefore(FIRST) && time.isBefore(LAST)) {
                return time;
            }
        } catch (DateTimeException _) {
            // Answered below, as any other time that cannot be asked for.
        }
        flaws.add(new Flaw(name, "must be a whole UTC hour such as 2026-01-31T12:00:00Z; usage is kept by the hour"));
        return otherwise;
    }

    private Optional<Span> size(List<Flaw> flaws) {
        if (windowSize.isEmpty()) {
            return Optional.empty();
        }
        var size = Arrays.stream(Span.values())
                .filter(span -> span.name().equals(windowSize))
                .findFirst();
        if (size.isEmpty()) {
            flaws.add(new Flaw("windowSize", "must be HOUR, DAY, WEEK or MONTH"));
        }
        return size;
    }

    private ZoneId zone(List<Flaw> flaws) {
        try {
            return ZoneId.of(windowTimeZone.isEmpty() ? "UTC" : windowTimeZone);
        } catch (DateTimeException e) {
            flaws.add(new Flaw("windowTimeZone", "must be a zone of the IANA database, such as Europe/Paris"));
            return ZoneId.of("UTC");
        }
    }

    private static boolean hasNul(List<String> texts) {
        return texts.stream().anyMatch(text -> text.indexOf(0) >= 0);
    }
}
