package io.tallystick.kit.access;

import io.tallystick.events.ApiKeyChanged;
import io.tallystick.events.DidChanged;
import io.tallystick.events.EventJson;
import io.tallystick.events.EventType;
import io.tallystick.events.GrantChanged;
import io.tallystick.events.IdentityHeartbeat;
import io.tallystick.events.KeyChanged;
import io.tallystick.events.WalletChanged;
import io.tallystick.kit.access.AccessRefused.Reason;
import io.tallystick.kit.access.GrantView.Found;
import io.tallystick.kit.access.apikey.ApiKey;
import io.tallystick.kit.access.apikey.ApiKeyView;
import io.tallystick.kit.access.proof.Nonces;
import io.tallystick.kit.access.topic.DidView;
import io.tallystick.kit.access.topic.KeyView;
import io.tallystick.kit.access.topic.TopicView;
import io.tallystick.kit.access.wallet.WalletView;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

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

    /** Topics that the knowledge of keys and identities comes from; each has a heartbeat. */
    public static final List<String> TOPICS = List.of(EventType.KEY_CHANGED.topic(), EventType.DID_CHANGED.topic());

    /** Topic of the spend grants; heartbeats of {@code key.changed} say how far it goes. Who asks for none needs it not. */
    public static final String GRANTS_TOPIC = EventType.GRANT_CHANGED.topic();

    /** Topic of the API keys, in all as that of the grants. */
    public static final String API_KEYS_TOPIC = EventType.API_KEY_CHANGED.topic();

    /** Topic of the accounts that DIDs hold, likewise. Who is no account's does not depend on it. */
    public static final String WALLETS_TOPIC = EventType.WALLET_CHANGED.topic();

    private static final Set<String> HEADER = Set.of("alg", "typ", "kid", "topic");
    private static final int MAX_EVENT_LENGTH = 32_768;
    private static final int MAX_EVENT_KEYS = 2;

    /** What became of one record of a topic. */
    public enum Applied {
        CHANGED,
        HEARTBEAT,
        /** Ours, but not newer than what is known. */
        OUTDATED,
        /** Ours and true, but there are too many to keep; what is not kept does not hold. */
        NOT_KEPT,
        /** Ours and true, of a key that signs no access tokens: it is passed over, and no access token of it is good. */
        OTHER_PURPOSE,
        /** Not signed by the pinned key, or not an event that belongs on the topic. */
        REFUSED
    }

    private final Map<String, Ed25519Key> eventKeys;
    private final Duration maxSilence;
    private final Duration maxLag;
    private final Duration skew;

    private final KeyView<Ed25519Key> keys = new KeyView<>(Ed25519Key::ofBase64Url);
    private final DidView dids;
    private final Map<String, TopicView> topics = new HashMap<>();
    private final GrantView grants = new GrantView();
    private final ApiKeyView apiKeys = new ApiKeyView();
    private final TopicView apiKeysTopic = new TopicView();
    private final WalletView wallets = new WalletView();
    private final TopicView walletsTopic = new TopicView();
    private Nonces nonces = new Nonces(List.of());

    /** @param eventKey the pinned did:key; the one signature that is believed */
    public IdentityView(String eventKey, Duration maxSilence, Duration maxLag, Duration skew) {
        this(List.of(eventKey), maxSilence, maxLag, skew);
    }

    /** @param eventKeys the pinned did:keys, two while one takes the other's place; only their signatures are believed */
    public IdentityView(List<String> eventKeys, Duration maxSilence, Duration maxLag, Duration skew) {
        if (eventKeys.isEmpty() || eventKeys.size() > MAX_EVENT_KEYS) {
            throw new IllegalArgumentException("tallystick.access.event-key names one did:key, or two");
        }
        this.eventKeys = eventKeys.stream()
                .map(Ed25519Key::ofDidKey)
                .collect(Collectors.toUnmodifiableMap(Ed25519Key::didKey, Function.identity(), (one, _) -> one));
        this.maxSilence = maxSilence;
        this.maxLag = maxLag;
        this.skew = skew;
        dids = new DidView(Duration.ofSeconds(AccessToken.MAX_LIFETIME_SECONDS).plus(skew.multipliedBy(2)));
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
            var jws = CompactJws.parse(text, MAX_EVENT_LENGTH, HEADER)
                    .requireHeader("alg", "EdDSA")
                    .requireHeader("typ", JWS_TYPE)
                    .requireHeader("topic", topic);
            var pinned = eventKeys.get(jws.header("kid"));
            if (pinned == null) {
                return Applied.REFUSED;
            }
            var payload = jws.verifiedBy(pinned).payload();
            var event = EventJson.read(payload).data();
            synchronized (this) {
                return switch (event) {
                    case KeyChanged key when topic.equals(EventType.KEY_CHANGED.topic()) -> apply(key);
                    case DidChanged did when topic.equals(EventType.DID_CHANGED.topic()) -> apply(did, now);
                    case GrantChanged grant when topic.equals(GRANTS_TOPIC) -> grants.apply(grant, now);
                    case ApiKeyChanged key when topic.equals(API_KEYS_TOPIC) -> apply(key, now);
                    case WalletChanged wallet when topic.equals(WALLETS_TOPIC) -> apply(wallet, now);
                    case IdentityHeartbeat heartbeat when topics.containsKey(topic) -> apply(topic, heartbeat, now);
                    default -> Applied.REFUSED;
                };
            }
        } catch (CompactJws.Invalid | IllegalArgumentException e) {
            return Applied.REFUSED;
        }
    }

    private Applied apply(KeyChanged event) {
        return switch (keys.apply(event)) {
            case CHANGED -> {
                topics.get(EventType.KEY_CHANGED.topic()).reached(event.revision());
                yield Applied.CHANGED;
            }
            case OUTDATED -> Applied.OUTDATED;
            case OTHER_PURPOSE -> Applied.OTHER_PURPOSE;
            case TOO_MANY -> Applied.REFUSED;
        };
    }

    private Applied apply(DidChanged event, Instant now) {
        dids.apply(event, now);
        if (event.revoked()) {
            apiKeys.forget(event.tenant(), event.did());
        }
        var newer = topics.get(EventType.DID_CHANGED.topic()).reached(event.revision());
        return newer ? Applied.CHANGED : Applied.OUTDATED;
    }

    private Applied apply(ApiKeyChanged event, Instant now) {
        if (!apiKeysTopic.reached(event.revision())) {
            return Applied.OUTDATED;
        }
        return apiKeys.apply(event, now) ? Applied.CHANGED : Applied.NOT_KEPT;
    }

    /** An event that is not above what was read is an old one put back. */
    private Applied apply(WalletChanged event, Instant now) {
        if (!walletsTopic.reached(event.revision())) {
            return Applied.OUTDATED;
        }
        return wallets.apply(event, now) ? Applied.CHANGED : Applied.NOT_KEPT;
    }

    private Applied apply(String topic, IdentityHeartbeat heartbeat, Instant now) {
        if (heartbeat.time().isAfter(now.plus(skew))) {
            return Applied.REFUSED;
        }
        var ofKeys = topic.equals(EventType.KEY_CHANGED.topic());
        if (ofKeys && heartbeat.revisions().containsKey(GRANTS_TOPIC)) {
            grants.heard(heartbeat.revisions().get(GRANTS_TOPIC), heartbeat.time(), now);
        }
        if (ofKeys && heartbeat.revisions().containsKey(WALLETS_TOPIC)) {
            walletsTopic.heard(heartbeat.revisions().get(WALLETS_TOPIC), heartbeat.time(), now);
        }
        if (ofKeys && heartbeat.revisions().containsKey(API_KEYS_TOPIC)) {
            apiKeysTopic.heard(heartbeat.revisions().get(API_KEYS_TOPIC), heartbeat.time(), now);
        }
        if (!topics.get(topic).heard(heartbeat.revision(), heartbeat.time(), now)) {
            return Applied.OUTDATED;
        }
        if (ofKeys) {
            keys.heard(heartbeat.keys());
            nonces = new Nonces(heartbeat.nonces());
        }
        return Applied.HEARTBEAT;
    }

    /** The key that may have signed an access token, if it is in use now. */
    public synchronized Optional<Ed25519Key> key(String kid) {
        return keys.find(kid);
    }

    /** What a proof of a key may name now. Good as long as identity-service is heard. */
    public synchronized Nonces nonces() {
        return nonces;
    }

    /** Whether the access of {@code did} to {@code tenant} was withdrawn. */
    public synchronized boolean revoked(String tenant, String did) {
        return dids.revoked(tenant, did);
    }

    /**
     * Whether {@code did} has a newer version than {@code versionId}, or another one of the same number. A version that is
     * newer than what was told is believed: its event is on its way.
     *
     * @throws NumberFormatException if it is no versionId
     */
    public synchronized boolean outdated(String tenant, String did, String versionId) {
        return dids.outdated(tenant, did, versionId);
    }

    /** {@code did}, and each account that is linked to it, as did:pkh; itself alone while little is known of accounts. */
    public synchronized Set<String> subjects(String tenant, String did, Instant now) {
        return knowsAccounts(now) ? wallets.subjects(tenant, did, now) : Set.of(did);
    }

    /** Whether it can be told which accounts are linked to whom. */
    public synchronized boolean knowsAccounts(Instant now) {
        return fresh(now) && walletsTopic.fresh(now, maxSilence, maxLag);
    }

    /**
     * Whether the spend grant may be spent now, as far as identity-service knows. What a call costs, whom it pays and what
     * was spent before, the asker compares with the limits of the whole line.
     *
     * @throws AccessRefused if too little is known of identity-service to say
     */
    public synchronized Found grant(String tenant, String jti, Instant now) {
        if (!fresh(now) || !grants.fresh(now, maxSilence, maxLag)) {
            throw new AccessRefused(
                    Reason.IDENTITY_SILENT,
                    "Whether a grant holds cannot be told while identity-service is silent; try again.");
        }
        return grants.find(tenant, jti, did -> dids.revoked(tenant, did), now, skew);
    }

    /**
     * What is known of an API key, if it holds now.
     *
     * @throws AccessRefused if it does not, or if too little is known of identity-service to say
     */
    public synchronized ApiKeyChanged apiKey(ApiKey presented, Instant now) {
        if (!fresh(now) || !apiKeysTopic.fresh(now, maxSilence, maxLag)) {
            throw new AccessRefused(
                    Reason.IDENTITY_SILENT,
                    "Whether an API key holds cannot be told while identity-service is silent; try again.");
        }
        return apiKeys.find(presented, now)
                .filter(key -> !revoked(key.tenant(), key.did()))
                .orElseThrow(() -> new AccessRefused(
                        Reason.UNKNOWN_API_KEY, "There is no such API key, or it holds no longer; make a new one."));
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
                && dids.isWhole();
    }
}
