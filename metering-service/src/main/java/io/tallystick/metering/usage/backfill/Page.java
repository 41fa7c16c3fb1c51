package io.tallystick.metering.usage.backfill;

import static java.util.Objects.requireNonNull;

import io.tallystick.events.Funding;
import io.tallystick.metering.meter.Measurement.Measured;
import io.tallystick.metering.meter.Measurement.NotMeasured;
import io.tallystick.metering.meter.Measurement.Unusable;
import io.tallystick.metering.meter.Meter;
import io.tallystick.metering.meter.Quantity;
import io.tallystick.metering.usage.Series.Movement;
import io.tallystick.metering.usage.SeriesKey;
import io.tallystick.metering.usage.event.EventKey;
import io.tallystick.metering.usage.event.UsageEvent;
import io.tallystick.metering.usage.rollup.Observation;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** What a step makes of the records that it looks at. Decides only. */
final class Page {
    private final List<Added> added = new ArrayList<>();
    private int unusable;

    /** @param series those that its event counted on */
    record Kept(long id, UsageEvent event, Set<UUID> series) {
        Kept {
            requireNonNull(event, "event");
            series = Set.copyOf(series);
        }

        EventKey key() {
            return event.key();
        }
    }

    /** What a record comes to name. */
    record Added(Kept record, UUID id, SeriesKey series, Quantity quantity) {}

    /**
     * @param ofMeter series that are the meter's, whatever it grouped by when they were opened: whose record names one was
     *     counted
     * @param voided events that were taken back: nothing of theirs is to be added
     */
    Page(Meter meter, List<Kept> records, Set<UUID> ofMeter, Set<EventKey> voided) {
        for (var record : records) {
            if (voided.contains(record.key()) || record.series().stream().anyMatch(ofMeter::contains)) {
                continue;
            }
            var event = record.event();
            switch (meter.measure(event.type(), event.data())) {
                case Measured(var quantity, var _)
                when quantity.isZero() && meter.aggregation().billable() -> {}
                case Measured(var quantity, var dimensions) -> {
                    var series = series(event, meter, dimensions);
                    added.add(new Added(record, series.id(), series, quantity));
                }
                case NotMeasured() -> {}
                case Unusable _ -> unusable++;
            }
        }
    }

    private static SeriesKey series(UsageEvent event, Meter meter, Map<String, String> dimensions) {
        return new SeriesKey(
                event.tenant(),
                event.subject(),
                meter.slug(),
                new TreeMap<>(dimensions),
                event.time().truncatedTo(ChronoUnit.HOURS),
                event.funding());
    }

    List<Added> added() {
        return added;
    }

    int unusable() {
        return unusable;
    }

    Map<UUID, SeriesKey> keys() {
        var keys = new HashMap<UUID, SeriesKey>();
        added.forEach(one -> keys.put(one.id(), one.series()));
        return keys;
    }

    Map<UUID, Movement> movements() {
        var movements = new HashMap<UUID, Movement>();
        added.forEach(one -> movements.merge(one.id(), Movement.ofAdded(one.quantity()), Movement::plus));
        return movements;
    }

    List<Observation> observations(Meter meter) {
        return added.stream()
                .map(one -> new Observation(
                        one.id(),
                        one.series(),
                        meter,
                        one.quantity(),
                        one.record().event().time(),
                        one.record().id()))
                .toList();
    }

    static Funding funding(String word) {
        return word.equals("call") ? Funding.CALL : Funding.ACCOUNT;
    }
}
