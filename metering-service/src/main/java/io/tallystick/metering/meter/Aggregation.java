package io.tallystick.metering.meter;

import static java.util.Objects.requireNonNull;

/** How the events of a meter become one value. Only what rises with each event can be billed. */
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

    /**
     * What is only looked at: it may fall, or two of it cannot be added. It has no series and nobody else is told of it.
     *
     * @param value where the value stands; an event without it is not counted by the meter
     */
    record Look(Kind kind, JsonPath value) implements Aggregation {
        public Look {
            requireNonNull(kind, "kind");
            requireNonNull(value, "value");
        }
    }

    /** What is looked at. */
    enum Kind {
        MIN,
        MAX,
        AVG,
        /** The value of the event with the latest time; of those of one time, the one that was counted last. */
        LATEST,
        /** How many different values there were. */
        UNIQUE_COUNT
    }

    default boolean billable() {
        return !(this instanceof Look);
    }

    /** As it is stored and answered. */
    default String word() {
        return switch (this) {
            case Count _ -> "COUNT";
            case Sum _ -> "SUM";
            case Look(var kind, var _) -> kind.name();
        };
    }
}
