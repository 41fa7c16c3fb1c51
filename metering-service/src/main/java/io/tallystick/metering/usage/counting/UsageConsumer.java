package io.tallystick.metering.usage.counting;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.common.annotation.Identifier;
import io.tallystick.kit.problem.Workers;
import io.tallystick.kit.problem.Workers.Worker;
import io.tallystick.metering.usage.UsageConfig;
import io.tallystick.metering.usage.UsageTopic;
import io.tallystick.metering.usage.counting.Arrival.DeadLetter;
import io.tallystick.metering.usage.counting.Arrival.Reason;
import io.tallystick.metering.usage.counting.Positions.FencedException;
import io.tallystick.metering.usage.counting.Positions.Step;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the usage log. Kafka says who reads which partition; how far a partition is read the database alone knows, and
 * nothing is ever reset: a partition whose next record is gone stops, and says so, until an operator decides.
 */
@ApplicationScoped
class UsageConsumer {
    private static final Duration POLL = Duration.ofMillis(500);

    /** Above all statements of one transaction, each as long as it may be. */
    private static final Duration LONGEST_ROUND = Duration.ofMinutes(10);

    private final UsageConfig config;
    private final UsageTopic topic;
    private final UsageBatches batches;
    private final Positions positions;
    private final ArrivalReader reader;
    private final UsageMetrics metrics;
    private final UsageTraces traces;
    private final Map<String, Object> kafka;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final Workers workers;

    UsageConsumer(
            UsageConfig config,
            UsageTopic topic,
            UsageBatches batches,
            Positions positions,
            ArrivalReader reader,
            UsageMetrics metrics,
            UsageTraces traces,
            @Identifier("default-kafka-broker") Map<String, Object> kafka,
            Workers workers) {
        this.config = config;
        this.topic = topic;
        this.batches = batches;
        this.positions = positions;
        this.reader = reader;
        this.metrics = metrics;
        this.traces = traces;
        this.kafka = kafka;
        this.workers = workers;
    }

    /** To be called once the topic exists. */
    void start() {
        for (int i = 0; i < config.consumers(); i++) {
            var name = "usage-reader-" + i;
            var worker = workers.watch(name, LONGEST_ROUND);
            threads.add(Thread.ofPlatform().name(name).daemon().start(() -> run(worker)));
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping.countDown();
        for (var thread : threads) {
            thread.join(config.statementTimeout().toMillis());
        }
    }

    private void run(Worker worker) {
        while (running()) {
            worker.comesRound();
            try (var kafkaConsumer =
                    new KafkaConsumer<>(settings(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                var reading = new Reading(kafkaConsumer, topic.id(), worker);
                kafkaConsumer.subscribe(List.of(topic.name()), reading);
                while (running()) {
                    reading.step();
                }
            } catch (RuntimeException | Error e) {
                // An error too: a reader that ends in silence is a service that counts nothing and says it is well.
                if (running()) {
                    Log.warnf("usage log is not read, retryIn=%s, cause=%s", config.backoff(), e);
                }
            }
            pause();
        }
        worker.ends();
    }

    private boolean running() {
        return stopping.getCount() > 0;
    }

    private void pause() {
        try {
            stopping.await(config.backoff().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Map<String, Object> settings() {
        var settings = new HashMap<>(kafka);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, topic.name() + ".metering");
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

    /** One thread's partitions, from joining the group to leaving it. */
    private final class Reading implements ConsumerRebalanceListener {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final String topicId;
        private final Worker worker;
        private final Map<Integer, Long> next = new HashMap<>();
        private final Set<Integer> stopped = new HashSet<>();
        private long lookAgainNanos = System.nanoTime();
        private long polledNanos = System.nanoTime();

        Reading(KafkaConsumer<byte[], byte[]> consumer, String topicId, Worker worker) {
            this.consumer = consumer;
            this.topicId = topicId;
            this.worker = worker;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
            seek(assigned);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            var partitions = numbers(revoked);
            partitions.forEach(next::remove);
            stopped.removeAll(partitions);
            metrics.released(partitions);
        }

        void step() {
            worker.comesRound();
            try {
                // What this poll says of the log's end, the broker may have answered right after the poll before.
                var asOfNanos = polledNanos;
                polledNanos = System.nanoTime();
                var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
                consumer.poll(POLL).forEach(records::add);
                consumer.assignment()
                        .forEach(partition -> metrics.waiting(
                                partition.partition(),
                                consumer.currentLag(partition).orElse(0)));
                if (!records.isEmpty()) {
                    count(records);
                }
                lookAround(asOfNanos);
            } catch (OffsetOutOfRangeException | FencedException e) {
                Log.warnf("position is looked up again, cause=%s", e.getMessage());
                recover();
            } catch (RuntimeException e) {
                if (!running()) {
                    return;
                }
                // The commit may have happened: only the database knows where the log stands.
                Log.warnf(e, "batch is read again, retryIn=%s", config.backoff());
                pause();
                recover();
            }
        }

        private void recover() {
            while (running()) {
                worker.comesRound();
                try {
                    seek(consumer.assignment());
                    return;
                } catch (RuntimeException e) {
                    Log.warnf("position is not known, retryIn=%s, cause=%s", config.backoff(), e);
                    pause();
                }
            }
        }

        private void seek(Collection<TopicPartition> partitions) {
            var begin = consumer.beginningOffsets(partitions);
            var end = consumer.endOffsets(partitions);
            var known = positions.of(topic.name(), topicId, numbers(partitions));
            for (var partition : partitions) {
                var number = partition.partition();
                var at = known.get(number);
                if (at == null) {
                    stop(partition, "the topic was created anew, its offsets mean nothing here");
                } else if (at < begin.get(partition) || at > end.get(partition)) {
                    stop(
                            partition,
                            "next=" + at + " is outside of " + begin.get(partition) + ".." + end.get(partition));
                } else {
                    consumer.seek(partition, at);
                    next.put(number, at);
                    if (stopped.remove(number)) {
                        consumer.resume(List.of(partition));
                        metrics.resumed(List.of(number));
                    }
                }
            }
        }

        private void stop(TopicPartition partition, String reason) {
            Log.errorf(
                    "partition is not read, topic=%s, partition=%d, %s", topic.name(), partition.partition(), reason);
            // A position is needed even by a partition that is paused.
            consumer.seekToBeginning(List.of(partition));
            consumer.pause(List.of(partition));
            next.remove(partition.partition());
            stopped.add(partition.partition());
            metrics.stopped(partition.partition(), reason);
        }

        /** Tells Kafka, for who watches the lag. Nobody starts from there, so an answer is not waited for. */
        private void show(Map<Integer, Step> steps) {
            var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
            steps.forEach((partition, step) ->
                    offsets.put(new TopicPartition(topic.name(), partition), new OffsetAndMetadata(step.next())));
            consumer.commitAsync(offsets, (_, failure) -> {
                if (failure != null) {
                    Log.debugf("the lag is not shown, cause=%s", failure.getMessage());
                }
            });
        }

        /**
         * Says of which partitions all is read, and looks whether an operator has decided on the others. By the clock, and
         * whether there is anything to count or not: one partition that never rests must not keep this from the rest.
         */
        private void lookAround(long asOfNanos) {
            var read = consumer.assignment().stream()
                    .filter(partition -> !stopped.contains(partition.partition())
                            && consumer.currentLag(partition).orElse(1) == 0)
                    .map(TopicPartition::partition)
                    .toList();
            read.forEach(metrics::caughtUp);
            if (System.nanoTime() - lookAgainNanos > 0) {
                lookAgainNanos = System.nanoTime() + config.lookAround().toNanos();
                positions.caughtUp(
                        topic.name(),
                        topicId,
                        read.stream().collect(Collectors.toMap(partition -> partition, next::get)),
                        Duration.ofNanos(System.nanoTime() - asOfNanos));
                if (!stopped.isEmpty()) {
                    seek(consumer.assignment().stream()
                            .filter(partition -> stopped.contains(partition.partition()))
                            .toList());
                }
            }
        }

        private void count(List<ConsumerRecord<byte[], byte[]>> records) {
            var arrived = new ArrayList<Arrival>(records.size());
            for (var read : records) {
                if (read.timestampType() != TimestampType.LOG_APPEND_TIME) {
                    throw new IllegalStateException(
                            "topic " + topic.name() + " must have message.timestamp.type=LogAppendTime");
                }
                arrived.add(reader.read(logRecord(read)));
            }
            arrived.forEach(arrival ->
                    metrics.behind(arrival.at().partition(), arrival.at().appendedAt()));
            try (var counting = traces.begin(arrived);
                    var _ = counting.batch().makeCurrent()) {
                countOrSplit(arrived);
                counting.counted();
            }
        }

        /** What the database refuses is looked for by halves, so that one event cannot stop the others. */
        private void countOrSplit(List<Arrival> arrived) {
            worker.comesRound();
            var steps = steps(arrived);
            try {
                metrics.committed(batches.count(topic.name(), topicId, arrived, steps));
                steps.forEach((partition, step) -> next.put(partition, step.next()));
                show(steps);
            } catch (RuntimeException e) {
                if (!refused(e)) {
                    throw e;
                }
                if (arrived.size() > 1) {
                    countOrSplit(arrived.subList(0, arrived.size() / 2));
                    countOrSplit(arrived.subList(arrived.size() / 2, arrived.size()));
                } else if (arrived.getFirst() instanceof DeadLetter) {
                    throw e;
                } else {
                    Log.error("event cannot be counted", e);
                    countOrSplit(List.of(uncountable(arrived.getFirst())));
                }
            }
        }

        private Map<Integer, Step> steps(List<Arrival> arrived) {
            var steps = new HashMap<Integer, Step>();
            for (var arrival : arrived) {
                var at = arrival.at();
                var from = next.getOrDefault(at.partition(), -1L);
                steps.put(at.partition(), new Step(from, at.offset() + 1, at.appendedAt()));
            }
            return steps;
        }
    }

    /** A row that breaks a rule of the tables or of our records, rather than a database that is not there. */
    private static boolean refused(Throwable e) {
        for (var cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof PgException pg && pg.getSqlState() != null) {
                return pg.getSqlState().matches("(22|23|54).*");
            }
            if (cause instanceof IllegalArgumentException || cause instanceof ArithmeticException) {
                return true;
            }
        }
        return false;
    }

    private static DeadLetter uncountable(Arrival arrival) {
        var detail = "was refused by the database; the log of this service says why";
        return switch (arrival) {
            case Arrival.Reported(var at, var event) -> DeadLetter.of(at, event, Reason.UNCOUNTABLE, "", detail);
            case Arrival.Amending(var at, var event, var _) -> DeadLetter.of(at, event, Reason.UNCOUNTABLE, "", detail);
            case Arrival.Voiding v ->
                new DeadLetter(v.at(), Reason.UNCOUNTABLE, v.tenant(), v.source(), v.id(), "", detail);
            case DeadLetter letter -> letter;
        };
    }

    private static LogRecord logRecord(ConsumerRecord<byte[], byte[]> read) {
        var headers = new HashMap<String, String>();
        read.headers().forEach(header -> {
            if (header.value() != null) {
                headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
            }
        });
        var value = read.value() == null ? new byte[0] : read.value();
        return new LogRecord(read.partition(), read.offset(), Instant.ofEpochMilli(read.timestamp()), headers, value);
    }

    private static Set<Integer> numbers(Collection<TopicPartition> partitions) {
        return partitions.stream().map(TopicPartition::partition).collect(Collectors.toSet());
    }
}
