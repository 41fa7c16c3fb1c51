package io.tallystick.metering.usage.rollup;

import io.tallystick.metering.meter.Aggregation.Kind;
import io.tallystick.metering.meter.Quantity;
import io.tallystick.metering.usage.SeriesKey;
import java.math.BigDecimal;

/**
 * What the events of one batch come to in one cell. Two are put together as the database puts one to what it has.
 *
 * @param value the sum of COUNT, SUM and AVG; 0 for UNIQUE_COUNT; else that of the event that is chosen
 * @param rank of the event that is chosen, and 0 where none is
 */
record Cell(SeriesKey series, String aggregation, long events, Quantity value, BigDecimal rank, long record) {

    static Cell of(Observation seen) {
        var aggregation = seen.meter().aggregation().word();
        if (seen.chosen()) {
            return new Cell(seen.series(), aggregation, 1, seen.value(), seen.rank(), seen.record());
        }
        return new Cell(
                seen.series(), aggregation, 1, seen.unique() ? Quantity.ZERO : seen.value(), BigDecimal.ZERO, 0);
    }

    Cell plus(Cell other) {
        var all = events + other.events;
        if (record == 0) {
            return new Cell(series, aggregation, all, value.plus(other.value), rank, record);
        }
        var winner = wins(other) ? this : other;
        return new Cell(series, aggregation, all, winner.value, winner.rank, winner.record);
    }

    private boolean wins(Cell other) {
        var order = rank.compareTo(other.rank);
        if (order == 0) {
            order = Long.compare(record, other.record);
        }
        return aggregation.equals(Kind.MIN.name()) ? order < 0 : order > 0;
    }
}
