package io.tallystick.metering.insight.feed;

import io.quarkus.logging.Log;
import io.tallystick.events.DomainEvent;
import io.tallystick.kit.inbox.Received;
import io.tallystick.kit.problem.Workers.Worker;
import io.tallystick.metering.insight.feed.InsightOffsets.FencedException;
import io.tallystick.metering.insight.feed.InsightOffsets.Partition;
import io.tallystick.metering.insight.feed.InsightOffsets.Step;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/** How insight's partitions are read, from joining the group to leaving it. */
@ApplicationScoped
class InsightReadings {
    private static final Duration POLL = Duration.ofMillis(500);

    private final InsightBatches batches;
    private final InsightOffsets offsets;
    private final InsightMetrics metrics;
    private final InsightConfig config;

    InsightReadings(InsightBatches batches, InsightOffsets offsets, InsightMetrics metrics, InsightConfig config) {
        this.batches = batches;
        this.offsets = offsets;
        this.metrics = metrics;
        this.config = config;
    }

    /** @param topicIds Kafka's id of each topic, by its name */
    Reading begin(
            Consumer<byte[], Received> consumer, Map<String, String> topicIds, InsightReader reader, Worker worker) {
        return new Reading(consumer, topicIds, reader, worker);
    }

    /**
     * Kafka says who reads which partition; how far each is read the database alone knows, and nothing is reset: one whose
     * next record is gone stops, and says so.
     */
    final class Reading implements ConsumerRebalanceListener {
        private final Consumer<byte[], Received> consumer;
        private final Map<String, String> topicIds;
        private final InsightReader reader;
        private final Worker worker;
        private final Map<TopicPartition, Long> next = new HashMap<>();
        private final Set<TopicPartition> stopped = new HashSet<>();
        private long lookAgainNanos = System.nanoTime();

        Reading(
                Consumer<byte[], Received> consumer,
                Map<String, String> topicIds,
                InsightReader reader,
                Worker worker) {
            this.consumer = consumer;
            this.worker = worker;
            this.topicIds = Map.copyOf(topicIds);
            this.reader = reader;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
            seek(assigned);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            revoked.forEach(next::remove);
            stopped.removeAll(revoked);
            metrics.released(revoked.stream().map(this::named).toList());
        }

        void step() {
            try {
                var records = new ArrayList<ConsumerRecord<byte[], Received>>();
                consumer.poll(POLL).forEach(records::add);
                if (!records.isEmpty()) {
                    records.forEach(record -> metrics.read(named(record), Instant.ofEpochMilli(record.timestamp())));
                    takeOrSplit(records);
                }
                consumer.assignment()
                        .forEach(partition -> metrics.waiting(
                                named(partition), consumer.currentLag(partition).orElse(0)));
                lookAround();
            } catch (OffsetOutOfRangeException | FencedException e) {
                Log.warnf("position of insight is looked up again, cause=%s", e.getMessage());
                recover();
            } catch (RuntimeException e) {
                if (!reader.running()) {
                    return;
                }
                // The commit may have happened: only the database knows where the topics stand.
                Log.warnf(e, "batch of insight is read again, retryIn=%s", config.backoff());
                reader.pause();
                recover();
            }
        }

        private void recover() {
            while (reader.running()) {
                worker.comesRound();
                try {
                    seek(consumer.assignment());
                    return;
                } catch (RuntimeException e) {
                    Log.warnf("position of insight is not known, retryIn=%s, cause=%s", config.backoff(), e);
                    reader.pause();
                }
            }
        }

        private void lookAround() {
            if (stopped.isEmpty() || System.nanoTime() - lookAgainNanos < 0) {
                return;
            }
            lookAgainNanos = System.nanoTime() + config.lookAround().toNanos();
            seek(Set.copyOf(stopped));
        }

        private void seek(Collection<TopicPartition> partitions) {
            if (partitions.isEmpty()) {
                return;
            }
            var begin = consumer.beginningOffsets(partitions);
            var end = consumer.endOffsets(partitions);
            var oldest =
                    begin.entrySet().stream().collect(Collectors.toMap(e -> named(e.getKey()), Map.Entry::getValue));
            var known = offsets.of(oldest.keySet(), oldest);
            for (var partition : partitions) {
                var at = known.get(named(partition));
                if (at == null) {
                    stop(partition, "the topic was created anew, its offsets mean nothing here");
                } else if (at < begin.get(partition) || at > end.get(partition)) {
                    stop(
                            partition,
                            "next=" + at + " is outside of " + begin.get(partition) + ".." + end.get(partition));
                } else {
                    consumer.seek(partition, at);
                    next.put(partition, at);
                    if (stopped.remove(partition)) {
                        consumer.resume(List.of(partition));
                        metrics.resumed(named(partition));
                    }
                }
            }
        }

        private void stop(TopicPartition partition, String reason) {
            Log.errorf("partition is not read by insight, partition=%s, %s", partition, reason);
            // A position is needed even by a partition that is paused.
            consumer.seekToBeginning(List.of(partition));
            consumer.pause(List.of(partition));
            next.remove(partition);
            stopped.add(partition);
            metrics.stopped(named(partition), reason);
        }

        /** What the database refuses is looked for by halves, so that one event cannot stop the others. */
        private void takeOrSplit(List<ConsumerRecord<byte[], Received>> records) {
            worker.comesRound();
            try {
                take(records, events(records));
            } catch (RuntimeException e) {
                if (!refused(e)) {
                    throw e;
                }
                if (records.size() > 1) {
                    takeOrSplit(records.subList(0, records.size() / 2));
                    takeOrSplit(records.subList(records.size() / 2, records.size()));
                } else {
                    var record = records.getFirst();
                    Log.errorf(
                            e,
                            "event is passed over by insight, partition=%s, offset=%d",
                            named(record),
                            record.offset());
                    metrics.refused();
                    take(records, List.of());
                }
            }
        }

        private void take(List<ConsumerRecord<byte[], Received>> records, List<DomainEvent> events) {
            var until = new LinkedHashMap<TopicPartition, Long>();
            records.forEach(record -> until.put(partition(record), record.offset() + 1));
            var steps = until.entrySet().stream()
                    .map(e -> new Step(named(e.getKey()), next.getOrDefault(e.getKey(), -1L), e.getValue()))
                    .sorted(Comparator.comparing((Step step) -> step.partition().topic())
                            .thenComparing(step -> step.partition().number()))
                    .toList();
            batches.take(events, steps);
            next.putAll(until);
            metrics.taken(events.size());
        }

        private List<DomainEvent> events(List<ConsumerRecord<byte[], Received>> records) {
            var events = new ArrayList<DomainEvent>(records.size());
            for (var record : records) {
                switch (record.value()) {
                    case Received.Event(var envelope) -> events.add(envelope.data());
                    case Received.Unreadable(var topic, var reason) -> {
                        Log.warnf(
                                "event cannot be read, topic=%s, offset=%d, reason=%s", topic, record.offset(), reason);
                        metrics.unreadable();
                    }
                }
            }
            return events;
        }

        private Partition named(TopicPartition partition) {
            return new Partition(
                    partition.topic(), topicIds.getOrDefault(partition.topic(), ""), partition.partition());
        }

        private Partition named(ConsumerRecord<?, ?> record) {
            return named(partition(record));
        }
    }

    private static TopicPartition partition(ConsumerRecord<?, ?> record) {
        return new TopicPartition(record.topic(), record.partition());
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
}
