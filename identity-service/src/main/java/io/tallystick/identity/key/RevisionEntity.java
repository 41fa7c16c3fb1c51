package io.tallystick.identity.key;

import io.tallystick.events.EventType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;

@Entity
@Table(name = "revision")
class RevisionEntity {
    static final int ID = 1;

    @Id
    int id;

    long keys;

    long dids;

    long grants;

    /** The newest event of a key that signs no access tokens. */
    @Column(name = "other_keys")
    long otherKeys;

    /** When the newest event of a grant was told. */
    @Column(name = "grants_told_at")
    Instant grantsToldAt;

    @Column(name = "api_keys")
    long apiKeys;

    /** When the newest event of an API key was told. */
    @Column(name = "api_keys_told_at")
    Instant apiKeysToldAt;

    @Column(name = "keys_signed_by")
    String keysSignedBy;

    @Column(name = "dids_signed_by")
    String didsSignedBy;

    @Column(name = "grants_signed_by")
    String grantsSignedBy;

    long wallets;

    /** When the newest event of a wallet was told. */
    @Column(name = "wallets_told_at")
    Instant walletsToldAt;

    @Column(name = "wallets_signed_by")
    String walletsSignedBy;

    @Column(name = "api_keys_signed_by")
    String apiKeysSignedBy;

    /** Which key signed what a new reader of this topic needs; empty if it was never looked at. */
    Optional<String> signedBy(String topic) {
        if (topic.equals(EventType.KEY_CHANGED.topic())) {
            return Optional.ofNullable(keysSignedBy);
        }
        if (topic.equals(EventType.WALLET_CHANGED.topic())) {
            return Optional.ofNullable(walletsSignedBy);
        }
        if (topic.equals(EventType.API_KEY_CHANGED.topic())) {
            return Optional.ofNullable(apiKeysSignedBy);
        }
        return Optional.ofNullable(topic.equals(EventType.GRANT_CHANGED.topic()) ? grantsSignedBy : didsSignedBy);
    }

    void signedAgain(String topic, String key) {
        if (topic.equals(EventType.KEY_CHANGED.topic())) {
            keysSignedBy = key;
        } else if (topic.equals(EventType.GRANT_CHANGED.topic())) {
            grantsSignedBy = key;
        } else if (topic.equals(EventType.WALLET_CHANGED.topic())) {
            walletsSignedBy = key;
        } else if (topic.equals(EventType.API_KEY_CHANGED.topic())) {
            apiKeysSignedBy = key;
        } else {
            didsSignedBy = key;
        }
    }

    /** The next revision; it rises over all events of identity. */
    long next() {
        return Math.max(Math.max(Math.max(keys, otherKeys), Math.max(dids, grants)), Math.max(apiKeys, wallets)) + 1;
    }

    /** The newest revision on this topic. */
    long of(String topic) {
        if (topic.equals(EventType.KEY_CHANGED.topic())) {
            return keys;
        }
        if (topic.equals(EventType.WALLET_CHANGED.topic())) {
            return wallets;
        }
        if (topic.equals(EventType.API_KEY_CHANGED.topic())) {
            return apiKeys;
        }
        return topic.equals(EventType.GRANT_CHANGED.topic()) ? grants : dids;
    }

    /** An event that no heartbeat announces: a service of the version before would wait for it and never take it in. */
    void reachedOtherKey(long revision) {
        otherKeys = revision;
    }

    void reached(String topic, long revision, Instant now) {
        if (topic.equals(EventType.KEY_CHANGED.topic())) {
            keys = revision;
        } else if (topic.equals(EventType.GRANT_CHANGED.topic())) {
            grants = revision;
            grantsToldAt = now;
        } else if (topic.equals(EventType.WALLET_CHANGED.topic())) {
            wallets = revision;
            walletsToldAt = now;
        } else if (topic.equals(EventType.API_KEY_CHANGED.topic())) {
            apiKeys = revision;
            apiKeysToldAt = now;
        } else {
            dids = revision;
        }
    }
}
