package io.tallystick.kit.inbox;

import io.tallystick.events.Envelope;

/** What came in on a topic of the catalogue. */
public sealed interface Received {

    /** An event of ours. */
    record Event(Envelope envelope) implements Received {}

    /**
     * Not an event that this version knows: a later version's type, or bytes that nobody of ours wrote. A consumer
     * counts it and goes on, or one message would stop the partition.
     *
     * @param reason for the log; does not hold the payload
     */
    record Unreadable(String topic, String reason) implements Received {}
}
