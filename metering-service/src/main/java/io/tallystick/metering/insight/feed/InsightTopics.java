package io.tallystick.metering.insight.feed;

import io.smallrye.common.annotation.Identifier;
import io.tallystick.events.EventType;
import io.tallystick.kit.outbox.Topics;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClient;

/** The topics that insight reads, on the broker. */
@ApplicationScoped
class InsightTopics {
    private static final long TIMEOUT_SECONDS = 15;

    private final Topics topics;
    private final Map<String, Object> kafka;

    InsightTopics(Topics topics, @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        this.topics = topics;
        this.kafka = kafka;
    }

    List<String> names() {
        return Stream.of(
                        EventType.METER_ADVANCED,
                        EventType.CHARGE_ADVANCED,
                        EventType.PAYMENT_CAPTURED,
                        EventType.SETTLEMENT_CHANGED)
                .map(type -> topics.name(type.topic()))
                .toList();
    }

    /** The consumer group in which instances share the partitions. */
    String group() {
        return topics.name("insight.metering");
    }

    /** Creates what is missing. Blocks. */
    void create() {
        topics.createCatalogue();
    }

    /** The ids that Kafka gave the topics when they were created: another one is another log. Blocks. */
    Map<String, String> ids() {
        var ids = new HashMap<String, String>();
        try (var admin = AdminClient.create(kafka)) {
            admin.describeTopics(names())
                    .allTopicNames()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .forEach((name, topic) -> ids.put(name, topic.topicId().toString()));
            return ids;
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the broker does not describe " + names(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while waiting for the broker", e);
        }
    }
}
