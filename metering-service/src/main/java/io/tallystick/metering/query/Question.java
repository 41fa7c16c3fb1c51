package io.tallystick.metering.query;

import static java.util.Objects.requireNonNull;

import io.tallystick.metering.usage.rollup.Grain;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is asked of a meter.
 *
 * @param aggregation of the meter, as it is stored
 * @param minutes whether the meter is kept by the minute too
 * @param from first hour or minute; empty for the first there is
 * @param to end, exclusive; empty for the last there is
 * @param size empty for one window over everything
 * @param subjects those asked for; empty for all
 * @param bySubject whether each subject is answered by itself
 * @param groupBy dimensions by which is grouped, at most 8
 * @param only values asked for, by dimension
 */
record Question(
        String tenant,
        String meter,
        String aggregation,
        boolean minutes,
        Optional<Instant> from,
        Optional<Instant> to,
        Optional<WindowSize> size,
        ZoneId zone,
        List<String> subjects,
        boolean bySubject,
        List<String> groupBy,
        Map<String, List<String>> only) {

    Question {
        requireNonNull(tenant, "tenant");
        requireNonNull(meter, "meter");
        requireNonNull(zone, "zone");
        subjects = List.copyOf(subjects);
        groupBy = List.copyOf(groupBy);
        only = Map.copyOf(only);
    }

    /** Whether hours cannot answer it, whatever there is. */
    boolean needsMinutes() {
        return size.filter(WindowSize.MINUTE::equals).isPresent()
                || !from.stream().allMatch(Windows::isWholeHour)
                || !to.stream().allMatch(Windows::isWholeHour);
    }

    Source source(Grain grain) {
        return Source.of(aggregation, grain);
    }
}
