package io.tallystick.metering.usage.ingest;

import static java.util.Objects.requireNonNull;

import io.tallystick.metering.usage.event.EventAttributes;
import io.tallystick.metering.usage.event.EventRead.Flaw;
import java.util.List;

/** One of the events that a request brought. */
sealed interface Incoming {

    /** Position in the request, from 0. */
    int index();

    /** A CloudEvent in structured mode; its bytes are its own and are not copied. */
    @SuppressWarnings("ArrayRecordComponent") // made once, read once, never compared
    record Acceptable(int index, EventAttributes attributes, byte[] event) implements Incoming {
        public Acceptable {
            requireNonNull(attributes, "attributes");
            requireNonNull(event, "event");
        }
    }

    /**
     * Not taken in.
     *
     * @param id the event's own id, empty if it is not known
     * @param flaws at least one
     */
    record Refused(int index, String id, List<Flaw> flaws) implements Incoming {
        public Refused {
            flaws = List.copyOf(flaws);
        }
    }
}
