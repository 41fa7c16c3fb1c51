package io.tallystick.devstack.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;

/** What the server answers. */
sealed interface Reply {

    record Whole(ObjectNode body) implements Reply {}

    /**
     * A stream of events, ended by {@code [DONE]}.
     *
     * @param pause before each event
     * @param breaks whether the connection is closed instead of ended
     */
    record Events(List<ObjectNode> events, Duration pause, boolean breaks) implements Reply {
        public Events {
            events = List.copyOf(events);
        }
    }
}
