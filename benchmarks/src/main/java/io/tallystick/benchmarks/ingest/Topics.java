package io.tallystick.benchmarks.ingest;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** The broker's topics, asked without our services. */
final class Topics implements AutoCloseable {

    /** Where metering-service puts events, and reads them to be counted. */
    static final String USAGE = "usage.recorded";

    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final Duration LOOK = Duration.ofMillis(250);

    private final Admin admin;

    /** Fails when a process that is waited for has ended. */
    interface Alive {
        void require() throws IOException;
    }

    Topics(String bootstrapServers) {
        // It complains of each try while the broker starts.
        Logger.getLogger("org.apache.kafka.clients").setLevel(Level.SEVERE);
        admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) ANSWER.toMillis(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                (int) ANSWER.toMillis() / 3));
    }

    void awaitBroker(Duration longest, Alive broker) throws IOException, InterruptedException {
        long end = System.nanoTime() + longest.toNanos();
        while (true) {
            broker.require();
            try {
                if (!answer(admin.describeCluster().nodes()).isEmpty()) {
                    return;
                }
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
            Thread.sleep(LOOK);
        }
    }

    int partitions(String topic) throws IOException, InterruptedException {
        return answer(admin.describeTopics(List.of(topic)).topicNameValues().get(topic))
                .partitions()
                .size();
    }

    void create(String topic, int partitions) throws IOException, InterruptedException {
        answer(admin.createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty())))
                .all());
    }

    /** How many records were ever written to the topic. */
    long records(String topic) throws IOException, InterruptedException {
        var newest = answer(
                        admin.describeTopics(List.of(topic)).topicNameValues().get(topic))
                .partitions()
                .stream()
                .collect(Collectors.toMap(
                        partition -> new TopicPartition(topic, partition.partition()), _ -> OffsetSpec.latest()));
        return answer(admin.listOffsets(newest).all()).values().stream()
                .mapToLong(offset -> offset.offset())
                .sum();
    }

    private static <T> T answer(KafkaFuture<T> future) throws IOException, InterruptedException {
        try {
            return future.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the broker does not answer", e);
        }
    }

    @Override
    public void close() {
        admin.close(ANSWER);
    }
}
