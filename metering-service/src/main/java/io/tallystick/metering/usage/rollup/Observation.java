package io.tallystick.metering.usage.rollup;

import static java.util.Objects.requireNonNull;

import io.tallystick.metering.meter.Aggregation;
import io.tallystick.metering.meter.Aggregation.Kind;
import io.tallystick.metering.meter.Aggregation.Look;
import io.tallystick.metering.meter.Meter;
import io.tallystick.metering.meter.Quantity;
import io.tallystick.metering.usage.SeriesKey;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What one event says to a meter that has cells.
 *
 * @param id of the series
 * @param at the event's time
 * @param record id of the event's record; of two events that are alike the later has the greater
 */
public record Observation(UUID id, SeriesKey series, Meter meter, Quantity value, Instant at, long record) {
    private static final BigDecimal NANOS = BigDecimal.TEN.pow(9);

    public Observation {
        requireNonNull(id, "id");
        requireNonNull(series, "series");
        requireNonNull(meter, "meter");
        requireNonNull(value, "value");
        requireNonNull(at, "at");
    }

    /** Whether a meter has cells at all: one that is billed and kept by the hour has series alone. */
    public static boolean of(Meter meter) {
        return meter.minutes() || !meter.aggregation().billable();
    }

    /** @param minutesFrom earliest time whose minutes are kept */
    List<CellKey> cells(Instant minutesFrom) {
        var cells = new ArrayList<CellKey>(2);
        if (!meter.aggregation().billable()) {
            cells.add(CellKey.of(Grain.HOUR, id, at));
        }
        if (meter.minutes() && !at.isBefore(minutesFrom)) {
            cells.add(CellKey.of(Grain.MINUTE, id, at));
        }
        return cells;
    }

    boolean unique() {
        return meter.aggregation() instanceof Look(var kind, var _) && kind == Kind.UNIQUE_COUNT;
    }

    /** Whether the cell has the value of one of its events: the first, last or latest. */
    boolean chosen() {
        return chosen(meter.aggregation());
    }

    private static boolean chosen(Aggregation aggregation) {
        return aggregation instanceof Look(var kind, var _)
                && (kind == Kind.MIN || kind == Kind.MAX || kind == Kind.LATEST);
    }

    /** What decides between the events of a cell of MIN, MAX or LATEST. */
    BigDecimal rank() {
        return rank(meter.aggregation().word(), value, at);
    }

    static BigDecimal rank(String aggregation, Quantity value, Instant at) {
        return aggregation.equals(Kind.LATEST.name())
                ? BigDecimal.valueOf(at.getEpochSecond()).multiply(NANOS).add(BigDecimal.valueOf(at.getNano()))
                : value.toDecimal();
    }
}
