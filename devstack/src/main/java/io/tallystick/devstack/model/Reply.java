package io.tallystick.devstack.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;

/** What the server answers. */
sealed interface Reply {

    record Whole(ObjectNode body) implements Reply {}

    /**
     * A stream of events.
     *
     * @param events as they are written, each with the empty line that ends it
     * @param pause before each event
     * @param breaks whether the connection is closed instead of ended
     */
    record Events(List<String> events, Duration pause, boolean breaks) implements Reply {
        public Events {
            events = List.copyOf(events);
        }

        /** What a mishap leaves of a stream. */
        static Events of(List<String> events, Mishap mishap) {
            var breaks = mishap.breakAfter() >= 0;
            return new Events(
                    breaks ? events.subList(0, Math.min(mishap.breakAfter(), events.size())) : events,
                    mishap.pause(),
                    breaks);
        }
    }
}
