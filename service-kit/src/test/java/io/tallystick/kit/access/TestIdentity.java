package io.tallystick.kit.access;

import io.tallystick.events.ApiKeyChanged;
import io.tallystick.events.DidChanged;
import io.tallystick.events.DomainEvent;
import io.tallystick.events.Envelope;
import io.tallystick.events.EventJson;
import io.tallystick.events.EventType;
import io.tallystick.events.GrantChanged;
import io.tallystick.events.IdentityHeartbeat;
import io.tallystick.events.KeyChanged;
import io.tallystick.events.WalletChanged;
import io.tallystick.kit.access.apikey.ApiKey;
import io.tallystick.kit.access.proof.NonceSeries;
import io.tallystick.kit.access.proof.Nonces;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * An identity-service for other modules' tests: publishes a key and a heartbeat each second on identity's topics, and
 * mints access tokens. Give the service under test {@link #config()}. Test code only: no service can mint.
 */
public final class TestIdentity implements AutoCloseable {
    public static final String ISSUER = "http://identity.test";

    private static final String GRANTS = IdentityView.GRANTS_TOPIC;
    private static final String API_KEYS = IdentityView.API_KEYS_TOPIC;
    private static final String WALLETS = IdentityView.WALLETS_TOPIC;

    private final String prefix;
    private final KafkaProducer<String, byte[]> producer;
    private final Thread heart =
            Thread.ofPlatform().daemon().name("test-identity").unstarted(this::beat);
    private final Ed25519Signer eventKey = randomKey();
    private final Map<String, Ed25519Signer> keys = new ConcurrentHashMap<>();
    private final Map<String, Long> revisions = new ConcurrentHashMap<>();
    private volatile String currentKey;
    private volatile boolean silent;

    private TestIdentity(String bootstrapServers, String prefix) {
        this.prefix = prefix;
        createTopics(bootstrapServers);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "acks", "all", "linger.ms", 0),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    /**
     * Starts publishing.
     *
     * @param topicsPrefix the value of {@code tallystick.topics.prefix}
     */
    public static TestIdentity start(String bootstrapServers, String topicsPrefix) {
        var identity = new TestIdentity(bootstrapServers, topicsPrefix);
        identity.newKey();
        identity.heart.start();
        return identity;
    }

    /** What the service under test must be configured with, by property. */
    public Map<String, String> config() {
        return Map.of(
                "tallystick.access.issuer", ISSUER,
                "tallystick.access.event-key", eventKey.publicKey().didKey(),
                "tallystick.topics.prefix", prefix);
    }

    /** An access token that lives five minutes. */
    public String token(String tenant, String did, String audience, String... scopes) {
        return token(tenant, did, audience, Instant.now(), scopes);
    }

    /** An access token issued at {@code issuedAt}. */
    public String token(String tenant, String did, String audience, Instant issuedAt, String... scopes) {
        return mint(currentKey, claims(tenant, did, audience, issuedAt, scopes));
    }

    /** An access token of a client or agent, which may see and do only what is its own. */
    public String ownToken(String tenant, String did, String audience, String... scopes) {
        var claims = claims(tenant, did, audience, Instant.now(), scopes);
        return mint(currentKey, claims.replace("{\"iss\"", "{\"own\":true,\"iss\""));
    }

    /** An access token that is bound to a key, by its thumbprint. */
    public String boundToken(String thumbprint, String tenant, String did, String audience, String... scopes) {
        var claims = claims(tenant, did, audience, Instant.now(), scopes);
        return mint(currentKey, claims.replace("{\"iss\"", "{\"cnf\":{\"jkt\":\"" + thumbprint + "\"},\"iss\""));
    }

    /**
     * An access token of another issuer's URL.
     *
     * @param more claims to stand before the usual ones, each with a comma after it
     */
    public String tokenOf(String issuer, String more, String tenant, String did, String audience, String... scopes) {
        var claims = claims(tenant, did, audience, Instant.now(), scopes);
        return mint(currentKey, claims.replace("{\"iss\":\"" + ISSUER, "{" + more + "\"iss\":\"" + issuer));
    }

    /** What proofs of a key may name now. */
    public Nonces nonces() {
        return new NonceSeries(eventKey::sign).at(Instant.now());
    }

    /** A new random did:key. */
    public static String randomDid() {
        return randomKey().publicKey().didKey();
    }

    /** Publishes one more key, which signs from now on. @return its id */
    public String newKey() {
        var key = randomKey();
        var kid = key.publicKey().base64Url();
        keys.put(kid, key);
        currentKey = kid;
        publishKey(kid, KeyChanged.State.ACTIVE);
        heartbeat();
        return kid;
    }

    /** Withdraws a key: what it signed is refused at once. */
    public void revokeKey(String kid) {
        publishKey(kid, KeyChanged.State.REVOKED);
        keys.remove(kid);
        heartbeat();
    }

    /** Withdraws the access of {@code did} to {@code tenant}. */
    public void revoke(String tenant, String did) {
        publish(
                EventType.DID_CHANGED.topic(),
                new DidChanged(
                        did, tenant, "client", List.of(), true, Instant.now(), next(EventType.DID_CHANGED.topic())));
        heartbeat();
    }

    /**
     * Publishes what has become of a spend grant.
     *
     * @param event makes the event of the revision that it gets
     */
    public void grant(LongFunction<GrantChanged> event) {
        publish(GRANTS, event.apply(next(GRANTS)));
        heartbeat();
    }

    /**
     * Links an account on a chain to a DID, by its CAIP-10 name.
     *
     * @return the signed event, for who wants to put it back
     */
    public byte[] link(String tenant, String did, String account) {
        return wallet(tenant, did, account, true);
    }

    /** Ends the link of an account. */
    public void unlink(String tenant, String did, String account) {
        wallet(tenant, did, account, false);
    }

    private byte[] wallet(String tenant, String did, String account, boolean linked) {
        var now = Instant.now();
        var event = new WalletChanged(tenant, account, did, linked, now, now.plusSeconds(86_400), next(WALLETS));
        var value = signed(eventKey, WALLETS, event);
        send(WALLETS, event.key(), value);
        heartbeat();
        return value;
    }

    /** Writes to the topic of accounts whatever it is, as who got hold of the broker can. */
    public void writeToWallets(byte[] value) {
        send(WALLETS, "k", value);
    }

    /** An event that links an account, as one would write it who does not have identity's key. */
    public static byte[] forgedLink(String tenant, String did, String account) {
        var now = Instant.now();
        var event = new WalletChanged(tenant, account, did, true, now, now.plusSeconds(86_400), 1_000_000);
        return signed(randomKey(), WALLETS, event);
    }

    /**
     * Publishes what has become of an API key.
     *
     * @param event makes the event of the revision that it gets
     */
    public void apiKey(LongFunction<ApiKeyChanged> event) {
        publish(API_KEYS, event.apply(next(API_KEYS)));
        heartbeat();
    }

    /**
     * Publishes a new API key that lives a day.
     *
     * @param own whether its bearer reads only what is its own
     * @return the key itself
     */
    public String newApiKey(
            String tenant, String did, String audience, boolean own, int requestsPerMinute, String... scopes) {
        var key = ApiKey.of(random(ApiKey.ID_BYTES), random(ApiKey.SECRET_BYTES));
        var now = Instant.now();
        apiKey(revision -> new ApiKeyChanged(
                key.id(),
                tenant,
                did,
                key.hash(),
                Map.of(audience, List.of(scopes)),
                own,
                List.of("*"),
                requestsPerMinute,
                1_000,
                now.plusSeconds(86_400),
                false,
                now,
                now.plusSeconds(86_400),
                revision));
        return key.reveal();
    }

    /** No heartbeats until {@link #speak()}. */
    public void fallSilent() {
        silent = true;
    }

    /** Heartbeats again. */
    public void speak() {
        silent = false;
        heartbeat();
    }

    @Override
    public void close() {
        heart.interrupt();
        producer.close();
    }

    String mint(String kid, String claims) {
        return keys.get(kid).compactJws(header(kid), claims.getBytes(StandardCharsets.UTF_8));
    }

    static String header(String kid) {
        return "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"" + kid + "\"}";
    }

    static String claims(String tenant, String did, String audience, Instant issuedAt, String... scopes) {
        long issued = issuedAt.getEpochSecond();
        return """
                {"iss":"%s","sub":"%s","aud":"%s","tenant":"%s","scope":"%s","client_id":"%s","iat":%d,"exp":%d,"jti":"%s"}\
                """.formatted(
                ISSUER, did, audience, tenant, String.join(" ", scopes), did, issued, issued + 300, UUID.randomUUID());
    }

    /** The JWS that carries {@code event} on {@code topic}. */
    static byte[] signed(Ed25519Signer eventKey, String topic, DomainEvent event) {
        var header = "{\"alg\":\"EdDSA\",\"typ\":\"%s\",\"kid\":\"%s\",\"topic\":\"%s\"}"
                .formatted(IdentityView.JWS_TYPE, eventKey.publicKey().didKey(), topic);
        var envelope = new Envelope(UUID.randomUUID().toString(), "/identity-service", Instant.now(), event);
        return eventKey.compactJws(header, EventJson.write(envelope)).getBytes(StandardCharsets.US_ASCII);
    }

    static Ed25519Signer randomKey() {
        return new Ed25519Signer(random(32));
    }

    private static byte[] random(int count) {
        var bytes = new byte[count];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    private void publishKey(String kid, KeyChanged.State state) {
        var topic = EventType.KEY_CHANGED.topic();
        var key = keys.get(kid).publicKey().base64Url();
        publish(topic, new KeyChanged(kid, key, KeyChanged.Purpose.ACCESS_TOKEN, state, Instant.now(), next(topic)));
    }

    private void beat() {
        try {
            while (true) {
                Thread.sleep(1_000);
                heartbeat();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void heartbeat() {
        if (!silent) {
            for (var topic : IdentityView.TOPICS) {
                var accepted = List.copyOf(new TreeSet<>(keys.keySet()));
                publish(
                        topic,
                        new IdentityHeartbeat(
                                revisions.getOrDefault(topic, 0L),
                                Instant.now(),
                                accepted,
                                Map.of(
                                        GRANTS,
                                        revisions.getOrDefault(GRANTS, 0L),
                                        WALLETS,
                                        revisions.getOrDefault(WALLETS, 0L),
                                        API_KEYS,
                                        revisions.getOrDefault(API_KEYS, 0L)),
                                nonces().accepted()));
            }
        }
    }

    private long next(String topic) {
        return revisions.merge(topic, 1L, Long::sum);
    }

    private void publish(String topic, DomainEvent event) {
        send(topic, event.key(), signed(eventKey, topic, event));
    }

    private void send(String topic, String key, byte[] value) {
        try {
            producer.send(new ProducerRecord<>(prefix + topic, key, value)).get(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IllegalStateException("the broker did not take an event", e);
        }
    }

    private void createTopics(String bootstrapServers) {
        try (var admin = AdminClient.create(Map.of("bootstrap.servers", bootstrapServers))) {
            for (var topic : Set.copyOf(IdentityView.TOPICS)) {
                create(admin, new NewTopic(prefix + topic, 1, (short) 1).configs(Map.of("cleanup.policy", "compact")));
            }
            create(admin, new NewTopic(prefix + GRANTS, 1, (short) 1));
            create(admin, new NewTopic(prefix + WALLETS, 1, (short) 1));
            create(admin, new NewTopic(prefix + API_KEYS, 1, (short) 1));
        }
    }

    private static void create(AdminClient admin, NewTopic topic) {
        try {
            admin.createTopics(List.of(topic)).all().get(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException(e);
            }
        } catch (java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("the broker did not answer", e);
        }
    }
}
