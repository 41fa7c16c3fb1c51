package io.tallystick.metering.usage;

import io.smallrye.common.annotation.Identifier;
import io.tallystick.events.EventType;
import io.tallystick.kit.outbox.Topics;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.AdminClient;

/** The topic of the usage log on the broker. */
@ApplicationScoped
public class UsageTopic {
    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final Duration KEPT = Duration.ofDays(40);

    /** How the broker has to keep it. */
    public static final Map<String, String> SETTINGS = Map.of(
            "cleanup.policy",
            "delete",
            "retention.ms",
            Long.toString(KEPT.toMillis()),
            // An event's age is judged by the broker's clock, not by its sender's.
            "message.timestamp.type",
            "LogAppendTime");

    private final Topics topics;
    private final Map<String, Object> kafka;

    UsageTopic(Topics topics, @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        this.topics = topics;
        this.kafka = kafka;
    }

    public String name() {
        return topics.name(EventType.USAGE_RECORDED_TOPIC);
    }

    /** Creates it, and the topics of what is told to others, unless they exist. Blocks. */
    public void create() {
        topics.createCatalogue();
        topics.create(Map.of(EventType.USAGE_RECORDED_TOPIC, SETTINGS));
    }

    /** The id that Kafka gave the topic when it was created: another one is another log. Blocks. */
    public String id() {
        try (var admin = AdminClient.create(kafka)) {
            return admin.describeTopics(List.of(name()))
                    .topicNameValues()
                    .get(name())
                    .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .topicId()
                    .toString();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the broker does not describe " + name(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while waiting for the broker", e);
        }
    }
}
