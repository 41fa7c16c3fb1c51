package io.tallystick.metering.meter;

import static java.util.Objects.requireNonNull;

/** How the events of a meter become one total. Only what rises with each event can be billed. */
public sealed interface Aggregation {

    /** How many events there were. */
    record Count() implements Aggregation {}

    /**
     * The sum of a value of theirs.
     *
     * @param value where the value stands; an event without it is not counted by the meter
     */
    record Sum(JsonPath value) implements Aggregation {
        public Sum {
            requireNonNull(value, "value");
        }
    }
}
