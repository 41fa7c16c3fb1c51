package io.tallystick.kit.outbox;

import io.smallrye.common.annotation.Identifier;
import io.tallystick.events.EventType;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/** Names of the topics in this installation, and their creation. */
@ApplicationScoped
public class Topics {
    private static final Duration CREATE_TIMEOUT = Duration.ofSeconds(30);
    private static final String FORTY_DAYS_MS =
            Long.toString(Duration.ofDays(40).toMillis());

    /** Identity's topics are read whole by every instance and in order: one partition. */
    private static final Set<String> SINGLE_PARTITION = Set.of(
            EventType.KEY_CHANGED.topic(),
            EventType.DID_CHANGED.topic(),
            EventType.GRANT_CHANGED.topic(),
            EventType.API_KEY_CHANGED.topic(),
            EventType.WALLET_CHANGED.topic());

    /**
     * A withdrawn right stays readable for ten minutes, whatever is put behind it: twice as long as an access token
     * lives. The heartbeats are gone after about twenty.
     */
    private static final Map<String, String> COMPACTED_IDENTITY = Map.of(
            "cleanup.policy", "compact",
            "min.cleanable.dirty.ratio", "0.1",
            "segment.ms", "600000",
            "min.compaction.lag.ms", "600000",
            "max.compaction.lag.ms", "1200000");

    private final TopicsConfig config;
    private final Map<String, Object> kafka;

    Topics(TopicsConfig config, @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        this.config = config;
        this.kafka = kafka;
    }

    /** The topic's name on the broker. */
    public String name(String topic) {
        return config.prefix().orElse("") + topic;
    }

    /**
     * Creates what is missing of the catalogue. Every service does, so that they may start in any order. Blocks; to be
     * called at start.
     *
     * @throws IllegalStateException if the broker does not answer or refuses
     */
    public void createCatalogue() {
        create(Arrays.stream(EventType.values())
                .collect(Collectors.toMap(EventType::topic, Topics::settings, (one, _) -> one)));
    }

    /**
     * Creates the topics that are missing and leaves the others as they are; none where {@link TopicsConfig#create} says
     * so. Blocks; to be called at start.
     *
     * @param topics settings by topic, without prefix
     * @throws IllegalStateException if the broker does not answer or refuses
     */
    public void create(Map<String, Map<String, String>> topics) {
        if (!config.create()) {
            return;
        }
        var settings = new HashMap<>(kafka);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) CREATE_TIMEOUT.toMillis());
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) CREATE_TIMEOUT.toMillis() / 2);
        try (var admin = AdminClient.create(settings)) {
            var created = admin.createTopics(topics.entrySet().stream()
                    .map(e -> topic(e.getKey(), e.getValue()))
                    .toList());
            for (var topic : created.values().values()) {
                waitFor(topic);
            }
        }
    }

    private NewTopic topic(String topic, Map<String, String> settings) {
        var partitions = SINGLE_PARTITION.contains(topic) ? 1 : config.partitions();
        var replication = Optional.of(config.replication()).filter(copies -> copies > 0);
        var all = new HashMap<>(settings);
        config.insyncReplicas().ifPresent(copies -> all.put("min.insync.replicas", copies.toString()));
        return new NewTopic(name(topic), Optional.of(partitions), replication).configs(all);
    }

    private static void waitFor(org.apache.kafka.common.KafkaFuture<Void> topic) {
        try {
            topic.get(CREATE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException("a topic could not be created", e.getCause());
            }
        } catch (TimeoutException e) {
            throw new IllegalStateException("the broker did not answer within " + CREATE_TIMEOUT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while topics were created", e);
        }
    }

    /** How the broker has to keep the topic of {@code type}. */
    public static Map<String, String> settings(EventType type) {
        return switch (type.kept()) {
            case COMPACTED ->
                SINGLE_PARTITION.contains(type.topic())
                        ? COMPACTED_IDENTITY
                        : Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.1");
            case FORTY_DAYS -> Map.of("cleanup.policy", "delete", "retention.ms", FORTY_DAYS_MS);
        };
    }

    /** Names of every topic of the catalogue on the broker. */
    public List<String> catalogue() {
        return Arrays.stream(EventType.values())
                .map(EventType::topic)
                .distinct()
                .map(this::name)
                .toList();
    }
}
