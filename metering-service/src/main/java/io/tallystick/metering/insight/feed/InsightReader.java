package io.tallystick.metering.insight.feed;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import io.tallystick.kit.inbox.ReceivedDeserializer;
import io.tallystick.kit.problem.Workers;
import io.tallystick.kit.problem.Workers.Worker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The thread that reads what insight is made of. It starts whether broker and database are there or not, and waits. */
@ApplicationScoped
class InsightReader {
    /** Above all statements of one transaction, each as long as it may be. */
    private static final Duration LONGEST_ROUND = Duration.ofMinutes(10);

    private final InsightConfig config;
    private final InsightTopics topics;
    private final InsightReadings readings;
    private final Captures captures;
    private final Map<String, Object> kafka;
    private final Workers workers;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private Thread thread;

    InsightReader(
            InsightConfig config,
            InsightTopics topics,
            InsightReadings readings,
            Captures captures,
            @Identifier("default-kafka-broker") Map<String, Object> kafka,
            Workers workers) {
        this.config = config;
        this.topics = topics;
        this.readings = readings;
        this.captures = captures;
        this.kafka = kafka;
        this.workers = workers;
    }

    void start(@Observes StartupEvent event) {
        if (config.reads()) {
            var worker = workers.watch("insight-reader", LONGEST_ROUND);
            thread = Thread.ofPlatform().name("insight-reader").daemon().start(() -> run(worker));
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping.countDown();
        if (thread != null) {
            thread.join(config.statementTimeout().toMillis());
        }
    }

    boolean running() {
        return stopping.getCount() > 0;
    }

    /** Waits for what is away, unless the service ends. */
    void pause() {
        try {
            stopping.await(config.backoff().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Worker worker) {
        while (running()) {
            worker.comesRound();
            try {
                topics.create();
                read(worker);
            } catch (RuntimeException | Error e) {
                // An error too: a reader that ends in silence leaves answers that grow old and say nothing of it.
                if (running()) {
                    Log.warnf("insight is not read, retryIn=%s, cause=%s", config.backoff(), e);
                }
            }
            pause();
        }
        worker.ends();
    }

    private void read(Worker worker) {
        try (var consumer = new KafkaConsumer<>(settings(), new ByteArrayDeserializer(), new ReceivedDeserializer())) {
            var reading = readings.begin(consumer, topics.ids(), this, worker);
            consumer.subscribe(topics.names(), reading);
            while (running()) {
                worker.comesRound();
                reading.step();
                captures.forget();
            }
        }
    }

    private Map<String, Object> settings() {
        var settings = new HashMap<>(kafka);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, topics.group());
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, config.batch());
        settings.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class.getName()));
        // A reader that was killed holds its partitions this long.
        settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
        settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 2_000);
        return settings;
    }
}
