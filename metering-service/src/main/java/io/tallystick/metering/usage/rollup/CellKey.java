package io.tallystick.metering.usage.rollup;

import static java.util.Objects.requireNonNull;

import io.tallystick.metering.usage.event.Fingerprint;
import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;

/**
 * The name of a cell.
 *
 * @param id of an hour the series' own, of a minute made of it
 * @param start of its hour or minute
 */
record CellKey(Grain grain, UUID id, Instant start) implements Comparable<CellKey> {
    private static final Comparator<CellKey> ORDER =
            Comparator.comparing(CellKey::grain).thenComparing(CellKey::id).thenComparing(CellKey::start);

    CellKey {
        requireNonNull(grain, "grain");
        requireNonNull(id, "id");
        requireNonNull(start, "start");
    }

    /** The cell of what a series of this name counted at this time. */
    static CellKey of(Grain grain, UUID series, Instant time) {
        var start = grain.floor(time);
        return switch (grain) {
            case HOUR -> new CellKey(grain, series, start);
            case MINUTE -> new CellKey(grain, Fingerprint.of(series.toString(), start.toString()), start);
        };
    }

    @Override
    public int compareTo(CellKey other) {
        return ORDER.compare(this, other);
    }
}
