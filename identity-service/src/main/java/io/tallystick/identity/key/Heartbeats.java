package io.tallystick.identity.key;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.tallystick.events.EventType;
import io.tallystick.events.IdentityHeartbeat;
import io.tallystick.identity.key.StoredKeys.Look;
import io.tallystick.identity.key.signer.KeyPurpose;
import io.tallystick.kit.access.IdentityView;
import io.tallystick.kit.access.proof.NonceSeries;
import io.tallystick.kit.outbox.Topics;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Says each second that identity lives, how far its events go, which keys are accepted, and what a proof of a key may name.
 *
 * <p>Every instance does. What a heartbeat says it has read from the database just before, and readers never go back to
 * a lower revision, so heartbeats of several instances agree. An instance that cannot reach the database or Kafka is
 * silent, and no old heartbeat of it arrives late: Kafka has it within a second or never.
 */
@ApplicationScoped
class Heartbeats {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration STOP = Duration.ofSeconds(2);

    private final SigningKeys keys;
    private final EventSigner signer;
    private final NonceSeries nonces;
    private final Topics topics;
    private final Map<String, Object> kafka;
    private KafkaProducer<String, byte[]> producer;

    Heartbeats(
            SigningKeys keys,
            EventSigner signer,
            NonceSeries nonces,
            Topics topics,
            @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        this.keys = keys;
        this.signer = signer;
        this.nonces = nonces;
        this.topics = topics;
        this.kafka = kafka;
    }

    void start(@Observes StartupEvent event) {
        topics.createCatalogue();
        producer = producer();
    }

    void stop(@Observes ShutdownEvent event) {
        if (producer != null) {
            producer.close(STOP);
        }
    }

    @Scheduled(every = "1s", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> beat() {
        return keys.refresh(Instant.now())
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .invoke(this::send)
                .onFailure()
                .invoke(e -> Log.warnf("no heartbeat, cause=%s", e))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    /** Says what was just changed, sooner than the next beat would: until one names a key, nobody accepts it. */
    void beatAtOnce(Look look) {
        Infrastructure.getDefaultWorkerPool().execute(() -> {
            try {
                send(look);
            } catch (RuntimeException e) {
                Log.warnf("no heartbeat at once, the next follows, cause=%s", e);
            }
        });
    }

    private void send(Look look) {
        send(EventType.KEY_CHANGED.topic(), look.keyRevision(), look);
        send(EventType.DID_CHANGED.topic(), look.didRevision(), look);
    }

    private void send(String topic, long revision, Look look) {
        var now = Instant.now();
        var accepted = look.ring(KeyPurpose.ACCESS_TOKEN).accepted().stream()
                .map(SigningKey::kid)
                .toList();
        var heartbeat = new IdentityHeartbeat(
                revision, now, accepted, look.otherRevisions(), nonces.at(now).accepted());
        var message = new ProducerRecord<>(topics.name(topic), heartbeat.key(), signer.sign(topic, heartbeat, now));
        message.headers().add("content-type", IdentityView.MEDIA_TYPE.getBytes(StandardCharsets.UTF_8));
        var _ = producer.send(message, (_, failure) -> logged(topic, failure));
    }

    private static void logged(String topic, Exception failure) {
        if (failure != null) {
            Log.warnf("heartbeat not sent, topic=%s, cause=%s", topic, failure);
        }
    }

    private KafkaProducer<String, byte[]> producer() {
        var settings = new HashMap<>(kafka);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, TIMEOUT.toMillis());
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) TIMEOUT.toMillis());
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) TIMEOUT.toMillis());
        return new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
    }
}
