package io.tallystick.kit.access;

import io.tallystick.events.DidChanged;
import io.tallystick.events.EventJson;
import io.tallystick.events.EventType;
import io.tallystick.events.IdentityHeartbeat;
import io.tallystick.events.KeyChanged;
import io.tallystick.kit.access.AccessRefused.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What this service knows of identity-service: which keys sign access tokens, whose access was withdrawn, and how fresh
 * that knowledge is. Fed by one thread, asked by many.
 *
 * <p>Believes an event only with the pinned key's signature, and only forward: an older revision changes nothing, and an
 * old heartbeat proves nothing. Each topic has one partition in which revisions rise, so a topic whose newest heartbeat
 * says 7 and that brought 7 has brought all of them.
 */
public final class IdentityView {
    /** Content type of identity's events on Kafka: a compact JWS around the CloudEvent. */
    public static final String MEDIA_TYPE = "application/jose";

    /** JWS {@code typ} of identity's events: an access token is never taken for one, nor one for it. */
    public static final String JWS_TYPE = "tallystick-event+jws";

    /** Topics that the knowledge comes from. */
    public static final List<String> TOPICS = List.of(EventType.KEY_CHANGED.topic(), EventType.DID_CHANGED.topic());

    private static final Set<String> HEADER = Set.of("alg", "typ", "kid", "topic");
    private static final int MAX_EVENT_LENGTH = 32_768;
    private static final int MAX_KEYS = 1_000;
    private static final int MAX_REVOKED = 100_000;

    /** What became of one record of a topic. */
    public enum Applied {
        CHANGED,
        HEARTBEAT,
        /** Ours, but not newer than what is known. */
        OUTDATED,
        /** Not signed by the pinned key, or not an event that belongs on the topic. */
        REFUSED
    }

    private record KnownKey(Ed25519Key key, boolean accepted, long revision) {}

    private record Identity(String tenant, String did) {}

    private final Ed25519Key eventKey;
    private final Duration maxSilence;
    private final Duration maxLag;
    private final Duration skew;

    private final Map<String, KnownKey> keys = new HashMap<>();
    private final Map<Identity, Instant> forgetRevokedAt = new HashMap<>();
    private final Map<String, TopicView> topics = new HashMap<>();
    private Set<String> acceptedKeys = Set.of();

    /** @param eventKey the pinned did:key; the one signature that is believed */
    public IdentityView(String eventKey, Duration maxSilence, Duration maxLag, Duration skew) {
        this.eventKey = Ed25519Key.ofDidKey(eventKey);
        this.maxSilence = maxSilence;
        this.maxLag = maxLag;
        this.skew = skew;
        TOPICS.forEach(topic -> topics.put(topic, new TopicView()));
    }

    /**
     * Takes in one record.
     *
     * @param topic where it was found, without prefix
     * @param value the record's value; whatever it is, this does not throw
     */
    public Applied apply(String topic, byte[] value, Instant now) {
        if (value == null || value.length > MAX_EVENT_LENGTH) {
            return Applied.REFUSED;
        }
        try {
            var text = new String(value, StandardCharsets.US_ASCII);
            var payload = CompactJws.parse(text, MAX_EVENT_LENGTH, HEADER)
                    .requireHeader("alg", "EdDSA")
                    .requireHeader("typ", JWS_TYPE)
                    .requireHeader("kid", eventKey.didKey())
                    .requireHeader("topic", topic)
                    .verifiedBy(eventKey)
                    .payload();
            var event = EventJson.read(payload).data();
            synchronized (this) {
                return switch (event) {
                    case KeyChanged key when topic.equals(EventType.KEY_CHANGED.topic()) -> apply(key);
                    case DidChanged did when topic.equals(EventType.DID_CHANGED.topic()) -> apply(did, now);
                    case IdentityHeartbeat heartbeat when topics.containsKey(topic) -> apply(topic, heartbeat, now);
                    default -> Applied.REFUSED;
                };
            }
        } catch (CompactJws.Invalid | IllegalArgumentException e) {
            return Applied.REFUSED;
        }
    }

    private Applied apply(KeyChanged event) {
        if (event.purpose() != KeyChanged.Purpose.ACCESS_TOKEN) {
            return Applied.REFUSED;
        }
        var known = keys.get(event.kid());
        if (known != null && known.revision >= event.revision()) {
            return Applied.OUTDATED;
        }
        if (known == null && keys.size() >= MAX_KEYS) {
            // Old events of these could come back, and would say nothing: no heartbeat names them any more.
            keys.entrySet().removeIf(old -> !old.getValue().accepted && !acceptedKeys.contains(old.getKey()));
        }
        if (known == null && keys.size() >= MAX_KEYS) {
            return Applied.REFUSED;
        }
        var accepted = event.state() != KeyChanged.State.REVOKED;
        keys.put(event.kid(), new KnownKey(Ed25519Key.ofBase64Url(event.publicKey()), accepted, event.revision()));
        topics.get(EventType.KEY_CHANGED.topic()).reached(event.revision());
        return Applied.CHANGED;
    }

    /** A revocation is final, and matters only as long as an access token from before it may live. */
    private Applied apply(DidChanged event, Instant now) {
        var topic = topics.get(EventType.DID_CHANGED.topic());
        var newer = topic.reached(event.revision());
        var forgetAt =
                event.since().plusSeconds(AccessToken.MAX_LIFETIME_SECONDS).plus(skew.multipliedBy(2));

        forgetRevokedAt.values().removeIf(now::isAfter);
        if (event.revoked() && forgetAt.isAfter(now)) {
            forgetRevokedAt.put(new Identity(event.tenant(), event.did()), forgetAt);
        }
        return newer ? Applied.CHANGED : Applied.OUTDATED;
    }

    private Applied apply(String topic, IdentityHeartbeat heartbeat, Instant now) {
        if (heartbeat.time().isAfter(now.plus(skew))) {
            return Applied.REFUSED;
        }
        if (!topics.get(topic).heard(heartbeat, now)) {
            return Applied.OUTDATED;
        }
        if (topic.equals(EventType.KEY_CHANGED.topic())) {
            acceptedKeys = Set.copyOf(heartbeat.keys());
        }
        return Applied.HEARTBEAT;
    }

    /** The key that may have signed an access token, if it is in use now. */
    public synchronized Optional<Ed25519Key> key(String kid) {
        return Optional.ofNullable(keys.get(kid))
                .filter(known -> known.accepted && acceptedKeys.contains(kid))
                .map(KnownKey::key);
    }

    /** Whether the access of {@code did} to {@code tenant} was withdrawn. */
    public synchronized boolean revoked(String tenant, String did) {
        return forgetRevokedAt.containsKey(new Identity(tenant, did));
    }

    /** Time since the older of the two topics' newest heartbeats; {@link Duration#ZERO} at best. */
    public synchronized Duration age(Instant now) {
        var oldest = topics.values().stream()
                .map(TopicView::heardAt)
                .min(Instant::compareTo)
                .orElse(Instant.EPOCH);
        return oldest.isAfter(now) ? Duration.ZERO : Duration.between(oldest, now);
    }

    /** Returns only if what is known is known to be recent and whole. @throws AccessRefused otherwise */
    public void requireFresh(Instant now) {
        if (!fresh(now)) {
            throw new AccessRefused(
                    Reason.IDENTITY_SILENT, "Who may call cannot be told while identity-service is silent; try again.");
        }
    }

    /** Whether what is known is recent and whole, and small enough to have been kept whole. */
    public synchronized boolean fresh(Instant now) {
        return age(now).compareTo(maxSilence) <= 0
                && topics.values().stream()
                        .noneMatch(topic -> topic.behindFor(now).compareTo(maxLag) > 0)
                && forgetRevokedAt.size() < MAX_REVOKED;
    }

    /** How far one of identity's topics was read, and how far it should have been. */
    private static final class TopicView {
        private long revision;
        private long announced;
        private Instant heardAt = Instant.EPOCH;
        private Instant behindSince = Instant.MAX;

        /** An event of this revision was applied. @return whether it is the newest so far */
        boolean reached(long eventRevision) {
            var newer = eventRevision > revision;
            revision = Math.max(revision, eventRevision);
            if (revision >= announced) {
                behindSince = Instant.MAX;
            }
            return newer;
        }

        /** @return whether the heartbeat is newer than those before; one that is not proves nothing */
        boolean heard(IdentityHeartbeat heartbeat, Instant now) {
            var later = heartbeat.revision() > announced
                    || (heartbeat.revision() == announced && heartbeat.time().isAfter(heardAt));
            if (!later) {
                return false;
            }
            announced = heartbeat.revision();
            heardAt = heardAt.isAfter(heartbeat.time()) ? heardAt : heartbeat.time();
            if (revision < announced && behindSince.equals(Instant.MAX)) {
                behindSince = now;
            }
            return true;
        }

        Instant heardAt() {
            return heardAt;
        }

        /** How long an announced event has been missing; zero when none is. */
        Duration behindFor(Instant now) {
            return behindSince.isAfter(now) ? Duration.ZERO : Duration.between(behindSince, now);
        }
    }
}
