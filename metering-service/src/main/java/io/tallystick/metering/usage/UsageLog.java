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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The write end of {@code usage.recorded}. One producer for all senders, so that their events share Kafka's batches.
 *
 * <p>Never waits for Kafka on the caller's thread, which serves other senders too: what is not acknowledged is bounded,
 * and above the bound, or where the broker's metadata is missing, a sender is asked to come back.
 */
@ApplicationScoped
public class UsageLog {
    private static final int BATCH_BYTES = 256 * 1024;
    private static final Header CONTENT_TYPE = Headers.header("content-type", "application/cloudevents+json");
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final UsageLogConfig config;
    private final String topic;
    private final Producer<byte[], byte[]> producer;
    private final AtomicLong inFlightBytes = new AtomicLong();

    @Inject
    UsageLog(UsageLogConfig config, Topics topics, @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        this(config, topics.name(EventType.USAGE_RECORDED_TOPIC), kafka);
    }

    UsageLog(UsageLogConfig config, String topic, Map<String, Object> kafka) {
        this(
                config,
                topic,
                new KafkaProducer<>(settings(config, kafka), new ByteArraySerializer(), new ByteArraySerializer()));
    }

    UsageLog(UsageLogConfig config, String topic, Producer<byte[], byte[]> producer) {
        this.config = config;
        this.topic = topic;
        this.producer = producer;
    }

    /**
     * Completes once all in-sync replicas have every entry. If it fails, with {@link UnavailableException}, some of the
     * entries may be in the log nevertheless: send all of them again, an event counts once however often it is there.
     * Completes on Kafka's thread, which must not be held up.
     *
     * <p>The records continue the trace that is current; there is no span for each.
     */
    public CompletionStage<Void> append(List<UsageEntry> entries) {
        if (entries.isEmpty()) {
            return CompletableFuture.completedStage(null);
        }
        var pending = new Pending(entries.size());
        var bytes = entries.stream().mapToLong(UsageEntry::bytes).sum();
        if (inFlightBytes.addAndGet(bytes) > config.inFlightBytes()) {
            inFlightBytes.addAndGet(-bytes);
            pending.failed(new KafkaException("too much waits for Kafka"));
            return pending.done;
        }
        var headers = new Headers(TraceParent.current());
        for (var entry : entries) {
            // A send that fails does not throw: it has called back by the time it returns. The rest would fail alike.
            if (pending.done.isDone()) {
                inFlightBytes.addAndGet(-entry.bytes());
            } else {
                send(entry, headers.of(entry), pending);
            }
        }
        return pending.done;
    }

    /** What an entry takes of the bound it gives back once Kafka has let go of it, whatever became of the others. */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback hears of it
    private void send(UsageEntry entry, List<Header> headers, Pending pending) {
        Callback answered = (_, failure) -> {
            inFlightBytes.addAndGet(-entry.bytes());
            pending.answered(failure);
        };
        try {
            producer.send(new ProducerRecord<>(topic, null, entry.key(), entry.event(), headers), answered);
        } catch (KafkaException | IllegalStateException e) {
            answered.onCompletion(null, e);
        }
    }

    long inFlightBytes() {
        return inFlightBytes.get();
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
                LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            }
        }
    }

    void stop(@Observes ShutdownEvent event) {
        close();
    }

    void close() {
        producer.close(CLOSE_TIMEOUT);
    }

    private static Map<String, Object> settings(UsageLogConfig config, Map<String, Object> kafka) {
        var settings = new HashMap<>(kafka);
        var delivery = (int) config.deliveryTimeout().toMillis();
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // What is missing is fetched in the background; warm() has waited for it before the service is ready.
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 0);
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

    /** Of the entries of one {@code append}: encoded once for all that follow each other and have the same. */
    private static final class Headers {
        private final String trace;
        private UsageEntry last;
        private List<Header> ofLast = List.of();

        Headers(String trace) {
            this.trace = trace;
        }

        List<Header> of(UsageEntry entry) {
            if (last == null || !entry.comesAs(last)) {
                last = entry;
                var headers = new ArrayList<Header>();
                headers.add(CONTENT_TYPE);
                entry.headers().forEach((name, value) -> headers.add(header(name, value)));
                if (!trace.isEmpty()) {
                    headers.add(header(TraceParent.HEADER, trace));
                }
                ofLast = headers;
            }
            return ofLast;
        }

        private static Header header(String name, String value) {
            return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The entries of one {@code append}: done when the last is acknowledged or the first fails. */
    private final class Pending {
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private final AtomicInteger open;

        Pending(int entries) {
            open = new AtomicInteger(entries);
        }

        void answered(Exception failure) {
            if (failure != null) {
                failed(failure);
            } else if (open.decrementAndGet() == 0) {
                done.complete(null);
            }
        }

        void failed(Exception cause) {
            done.completeExceptionally(new UnavailableException("kafka", config.retryAfter(), cause));
        }
    }
}
