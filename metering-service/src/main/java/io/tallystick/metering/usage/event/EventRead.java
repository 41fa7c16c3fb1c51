package io.tallystick.metering.usage.event;

import java.util.List;

/** What reading a JSON object as a CloudEvent gave. */
public sealed interface EventRead permits EventAttributes, EventRead.NotAnEvent {

    /**
     * It is not a CloudEvent that can be metered.
     *
     * @param flaws at least one
     */
    record NotAnEvent(String source, String id, List<Flaw> flaws) implements EventRead {
        public NotAnEvent {
            flaws = List.copyOf(flaws);
        }
    }

    /**
     * @param field name of the attribute; empty if the whole event is meant
     * @param rule what must hold of it
     */
    record Flaw(String field, String rule) {}
}
