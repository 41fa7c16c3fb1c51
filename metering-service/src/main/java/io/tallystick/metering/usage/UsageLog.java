package io.tallystick.metering.usage;

import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.common.annotation.Identifier;
import io.tallystick.events.EventType;
import io.tallystick.kit.outbox.Topics;
import io.tallystick.kit.outbox.TraceParent;
import io.tallystick.kit.problem.UnavailableException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The write end of {@code usage.recorded}. One producer for all senders, so that their events share Kafka's batches.
 *
 * <p>Never waits for Kafka on the caller's thread beyond {@link UsageLogConfig#maxBlock}: what is not acknowledged is
 * bounded, and above the bound a sender is asked to come back.
 */
@ApplicationScoped
public class UsageLog {
    private static final int BATCH_BYTES = 256 * 1024;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(15);

    private final UsageLogConfig config;
    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicLong inFlightBytes = new AtomicLong();

    @Inject
    UsageLog(UsageLogConfig config, Topics topics, @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        this(config, topics.name(EventType.USAGE_RECORDED_TOPIC), kafka);
    }

    UsageLog(UsageLogConfig config, String topic, Map<String, Object> kafka) {
        this.config = config;
        this.topic = topic;
        producer = new KafkaProducer<>(settings(kafka), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /**
     * Completes once all in-sync replicas have every entry. If it fails, with {@link UnavailableException}, some of the
     * entries may be in the log nevertheless: send all of them again, an event counts once however often it is there.
     * Completes on Kafka's thread, which must not be held up.
     *
     * <p>The records continue the trace that is current; there is no span for each.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback hears of it
    public CompletionStage<Void> append(List<UsageEntry> entries) {
        var pending = new Pending(entries);
        if (entries.isEmpty()) {
            pending.done.complete(null);
            return pending.done;
        }
        if (inFlightBytes.addAndGet(pending.bytes) > config.inFlightBytes()) {
            pending.failed(new KafkaException("too much waits for Kafka"));
            return pending.done;
        }
        var trace = TraceParent.current().getBytes(StandardCharsets.US_ASCII);
        for (var entry : entries) {
            try {
                producer.send(record(entry, trace), pending);
            } catch (KafkaException | IllegalStateException e) {
                pending.failed(e);
                break;
            }
        }
        return pending.done;
    }

    /** As {@link #append(List)}, for one entry. */
    public CompletionStage<Void> append(UsageEntry entry) {
        return append(List.of(entry));
    }

    /**
     * Fetches what the first send would have to wait for. Blocks, at most for {@link UsageLogConfig#deliveryTimeout}.
     *
     * @throws KafkaException if the broker does not say where the topic is
     */
    public void warm() {
        var end = System.nanoTime() + config.deliveryTimeout().toNanos();
        while (true) {
            try {
                producer.partitionsFor(topic);
                return;
            } catch (TimeoutException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
        }
    }

    void stop(@Observes ShutdownEvent event) {
        close();
    }

    void close() {
        producer.close(CLOSE_TIMEOUT);
    }

    private ProducerRecord<byte[], byte[]> record(UsageEntry entry, byte[] trace) {
        var message = new ProducerRecord<>(topic, entry.key(), entry.event());
        message.headers().add("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));
        entry.headers().forEach((name, value) -> message.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        if (trace.length > 0) {
            message.headers().add(TraceParent.HEADER, trace);
        }
        return message;
    }

    private Map<String, Object> settings(Map<String, Object> kafka) {
        var settings = new HashMap<>(kafka);
        var delivery = (int) config.deliveryTimeout().toMillis();
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, config.maxBlock().toMillis());
        settings.put(ProducerConfig.LINGER_MS_CONFIG, (int) config.linger().toMillis());
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        // Twice the bound on what waits: our bound answers before the producer's own buffer would block.
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2 * config.inFlightBytes());
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, delivery);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, delivery / 2);
        // A quiet hour must not make the next sender wait for the topic's metadata.
        settings.put(
                ProducerConfig.METADATA_MAX_IDLE_CONFIG, Duration.ofDays(365).toMillis());
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, "usage-log");
        return settings;
    }

    /** The entries of one {@code append}, until the last is acknowledged or the first fails. */
    private final class Pending implements Callback {
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private final AtomicInteger open;
        private final long bytes;

        Pending(List<UsageEntry> entries) {
            open = new AtomicInteger(entries.size());
            bytes = entries.stream().mapToLong(entry -> entry.event().length).sum();
        }

        @Override
        public void onCompletion(RecordMetadata metadata, Exception failure) {
            if (failure != null) {
                failed(failure);
            } else if (open.decrementAndGet() == 0) {
                finish();
                done.complete(null);
            }
        }

        void failed(Exception cause) {
            if (open.getAndSet(Integer.MIN_VALUE / 2) > 0) {
                finish();
                done.completeExceptionally(new UnavailableException("kafka", config.retryAfter(), cause));
            }
        }

        private void finish() {
            inFlightBytes.addAndGet(-bytes);
        }
    }
}
