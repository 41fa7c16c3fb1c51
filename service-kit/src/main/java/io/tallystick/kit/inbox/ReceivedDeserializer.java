package io.tallystick.kit.inbox;

import io.tallystick.events.EventJson;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads structured CloudEvents of the catalogue. A tombstone and anything unknown are {@link Received.Unreadable}. */
public class ReceivedDeserializer implements Deserializer<Received> {

    @Override
    public Received deserialize(String topic, byte[] value) {
        if (value == null) {
            return new Received.Unreadable(topic, "tombstone");
        }
        try {
            return new Received.Event(EventJson.read(value));
        } catch (IllegalArgumentException e) {
            return new Received.Unreadable(topic, e.getMessage());
        }
    }
}
