package io.tallystick.kit.access;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import io.tallystick.kit.access.IdentityView.Applied;
import io.tallystick.kit.outbox.Topics;
import io.tallystick.kit.problem.Workers;
import io.tallystick.kit.problem.Workers.Worker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Reads identity's topics whole, from their beginning, into the {@link IdentityView}. Each instance reads for itself:
 * no consumer group, no committed offset. Ready once both topics with a heartbeat brought a fresh one, which come last.
 *
 * <p>The topics of grants, of API keys and of wallets may be missing: identity-service of the version before has none. They are looked
 * for now and then; until one is there, none of its grants, keys or wallets holds, and everything else goes on.
 */
@Readiness
@ApplicationScoped
class IdentityFeed implements HealthCheck {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration STOP = Duration.ofSeconds(5);
    private static final Duration LOOK_FOR_LATER_TOPICS = Duration.ofSeconds(5);

    /** Well above what the client waits for a broker that is away. */
    private static final Duration LONGEST_ROUND = Duration.ofMinutes(3);

    private final IdentityView identity;
    private final Topics topics;
    private final Map<String, Object> kafka;
    private final MeterRegistry metrics;
    private final Worker worker;
    private volatile boolean running = true;
    private volatile KafkaConsumer<byte[], byte[]> consumer;
    private Thread thread;

    IdentityFeed(
            IdentityView identity,
            Topics topics,
            @Identifier("default-kafka-broker") Map<String, Object> kafka,
            MeterRegistry metrics,
            Workers workers) {
        this.identity = identity;
        this.topics = topics;
        this.kafka = kafka;
        this.metrics = metrics;
        this.worker = workers.watch("identity feed", LONGEST_ROUND);
        Gauge.builder(
                        "tallystick.access.feed.age",
                        () -> identity.age(Instant.now()).toMillis() / 1000.0)
                .description("Time since identity-service was last heard")
                .baseUnit("seconds")
                .register(metrics);
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("identity feed")
                .status(identity.fresh(Instant.now()))
                .build();
    }

    void start(@Observes StartupEvent event) {
        thread = Thread.ofPlatform().name("identity-feed").daemon().start(this::run);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        running = false;
        worker.ends();
        var open = consumer;
        if (open != null) {
            open.wakeup();
        }
        thread.join(STOP);
    }

    private void run() {
        while (running) {
            worker.comesRound();
            try (var opened = open()) {
                consumer = opened;
                read(opened);
            } catch (WakeupException e) {
                Log.debug("identity feed stops");
            } catch (RuntimeException e) {
                Log.warnf("identity feed is not read, retryIn=%s, cause=%s", RETRY, e);
            }
            pause();
        }
    }

    private void read(KafkaConsumer<byte[], byte[]> from) {
        var later = new ArrayList<>(
                List.of(IdentityView.GRANTS_TOPIC, IdentityView.API_KEYS_TOPIC, IdentityView.WALLETS_TOPIC));
        var byName = Stream.concat(IdentityView.TOPICS.stream(), later.stream())
                .collect(Collectors.toMap(topics::name, Function.identity()));
        if (!assign(from, IdentityView.TOPICS.stream().map(topics::name).toList())) {
            Log.info("identity's topics do not exist yet");
            return;
        }
        var lookAt = System.nanoTime();
        while (running) {
            worker.comesRound();
            if (!later.isEmpty() && System.nanoTime() - lookAt >= 0) {
                later.removeIf(topic -> assign(from, List.of(topics.name(topic))));
                lookAt = System.nanoTime() + LOOK_FOR_LATER_TOPICS.toNanos();
            }
            for (var event : from.poll(POLL)) {
                apply(byName.get(event.topic()), event);
            }
        }
    }

    /** Reads these topics too, from their beginning. @return whether all of them exist */
    private static boolean assign(KafkaConsumer<byte[], byte[]> to, List<String> names) {
        var existing = to.listTopics();
        if (!existing.keySet().containsAll(names)) {
            return false;
        }
        for (var name : names) {
            if (existing.get(name).size() != 1) {
                throw new IllegalStateException(name + " must have one partition, or its events have no order");
            }
        }
        var partitions = names.stream().map(name -> new TopicPartition(name, 0)).toList();
        // What is assigned already keeps its place.
        to.assign(Stream.concat(to.assignment().stream(), partitions.stream()).toList());
        to.seekToBeginning(partitions);
        return true;
    }

    private void apply(String topic, ConsumerRecord<byte[], byte[]> event) {
        var applied = identity.apply(topic, event.value(), Instant.now());
        metrics.counter(
                        "tallystick.access.feed.events",
                        "outcome",
                        applied.name().toLowerCase(Locale.ROOT))
                .increment();
        if (applied == Applied.NOT_KEPT) {
            Log.warnf(
                    "more grants, API keys or wallets than are kept, topic=%s, offset=%d",
                    event.topic(), event.offset());
        }
        if (applied == Applied.REFUSED) {
            Log.warnf("event is not identity's, topic=%s, offset=%d", event.topic(), event.offset());
        }
    }

    private KafkaConsumer<byte[], byte[]> open() {
        var settings = new HashMap<>(kafka);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 500);
        settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
        settings.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private void pause() {
        try {
            if (running) {
                Thread.sleep(RETRY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }
}
