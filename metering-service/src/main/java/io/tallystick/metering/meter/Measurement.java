package io.tallystick.metering.meter;

import java.util.Map;

/** What a meter says of one event. */
public sealed interface Measurement {

    /** The event adds {@code quantity} to the series with these dimensions. */
    record Measured(Quantity quantity, Map<String, String> dimensions) implements Measurement {
        public Measured {
            dimensions = Map.copyOf(dimensions);
        }
    }

    /** The meter does not count this event: another type, or the value is not there. */
    record NotMeasured() implements Measurement {}

    /**
     * The event belongs to the meter, and its value or a dimension cannot be used.
     *
     * @param path where in the event's data
     * @param rule what must hold there
     */
    record Unusable(String path, String rule) implements Measurement {}
}
