package io.tallystick.identity.key;

import io.tallystick.events.EventType;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

@Entity
@Table(name = "revision")
class RevisionEntity {
    static final int ID = 1;

    @Id
    int id;

    long keys;

    long dids;

    /** The next revision; it rises over all events of identity. */
    long next() {
        return Math.max(keys, dids) + 1;
    }

    /** The newest revision on this topic. */
    long of(String topic) {
        return topic.equals(EventType.KEY_CHANGED.topic()) ? keys : dids;
    }

    void reached(String topic, long revision) {
        if (topic.equals(EventType.KEY_CHANGED.topic())) {
            keys = revision;
        } else {
            dids = revision;
        }
    }
}
