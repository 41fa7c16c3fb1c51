package io.tallystick.identity.key;

import io.tallystick.events.EventType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

@Entity
@Table(name = "revision")
class RevisionEntity {
    static final int ID = 1;

    @Id
    int id;

    long keys;

    long dids;

    long grants;

    /** When the newest event of a grant was told. */
    @Column(name = "grants_told_at")
    Instant grantsToldAt;

    @Column(name = "api_keys")
    long apiKeys;

    /** When the newest event of an API key was told. */
    @Column(name = "api_keys_told_at")
    Instant apiKeysToldAt;

    /** The next revision; it rises over all events of identity. */
    long next() {
        return Math.max(Math.max(keys, dids), Math.max(grants, apiKeys)) + 1;
    }

    /** The newest revision on this topic. */
    long of(String topic) {
        if (topic.equals(EventType.KEY_CHANGED.topic())) {
            return keys;
        }
        if (topic.equals(EventType.API_KEY_CHANGED.topic())) {
            return apiKeys;
        }
        return topic.equals(EventType.GRANT_CHANGED.topic()) ? grants : dids;
    }

    void reached(String topic, long revision, Instant now) {
        if (topic.equals(EventType.KEY_CHANGED.topic())) {
            keys = revision;
        } else if (topic.equals(EventType.GRANT_CHANGED.topic())) {
            grants = revision;
            grantsToldAt = now;
        } else if (topic.equals(EventType.API_KEY_CHANGED.topic())) {
            apiKeys = revision;
            apiKeysToldAt = now;
        } else {
            dids = revision;
        }
    }
}
