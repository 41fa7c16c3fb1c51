package io.tallystick.k8s;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallystick.events.EventType;
import io.tallystick.kit.outbox.Topics;
import io.tallystick.metering.usage.UsageTopic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The topics are the catalogue's, kept as the services would keep them, and each is written by its owner only. */
class KafkaTest {
    private static final Rendered RENDERED = Rendered.of("production");

    /** Who may what, as {@code topic: principals}. */
    private static final Map<String, List<String>> WRITERS = Map.ofEntries(
            Map.entry("usage.recorded", List.of("metering-kafka")),
            Map.entry("meter.advanced", List.of("metering-kafka")),
            Map.entry("call.metered", List.of("metering-kafka")),
            Map.entry("charge.advanced", List.of("billing-kafka")),
            Map.entry("channel.changed", List.of("billing-kafka")),
            Map.entry("payment.captured", List.of("billing-kafka")),
            Map.entry("settlement.changed", List.of("billing-kafka")),
            Map.entry("did.changed", List.of("identity-kafka")),
            Map.entry("grant.changed", List.of("identity-kafka")),
            Map.entry("wallet.changed", List.of("identity-kafka")),
            Map.entry("api-key.changed", List.of("identity-kafka")),
            Map.entry("key.changed", List.of("identity-kafka")));

    private static final Map<String, List<String>> READERS = Map.ofEntries(
            Map.entry("usage.recorded", List.of("metering-kafka")),
            Map.entry("meter.advanced", List.of("billing-kafka", "metering-kafka")),
            Map.entry("charge.advanced", List.of("metering-kafka")),
            Map.entry("payment.captured", List.of("metering-kafka")),
            Map.entry("settlement.changed", List.of("metering-kafka")),
            Map.entry("call.metered", List.of("billing-kafka")),
            Map.entry("did.changed", List.of("billing-kafka", "identity-kafka", "metering-kafka")),
            Map.entry("grant.changed", List.of("billing-kafka", "identity-kafka", "metering-kafka")),
            Map.entry("wallet.changed", List.of("billing-kafka", "identity-kafka", "metering-kafka")),
            Map.entry("api-key.changed", List.of("billing-kafka", "identity-kafka", "metering-kafka")),
            Map.entry("key.changed", List.of("billing-kafka", "identity-kafka", "metering-kafka")));

    @Test
    void thereIsATopicForEachOfTheCatalogueAndNoOther() {
        var catalogue = Stream.concat(
                        Arrays.stream(EventType.values()).map(EventType::topic),
                        Stream.of(EventType.USAGE_RECORDED_TOPIC))
                .collect(Collectors.toSet());

        assertThat(topics()).containsOnlyKeys(catalogue);
        assertThat(WRITERS).containsOnlyKeys(catalogue);
    }

    @Test
    void aTopicIsKeptAsTheServicesWouldCreateIt() {
        for (var type : EventType.values()) {
            assertThat(config(type.topic())).as(type.topic()).isEqualTo(Topics.settings(type));
        }
        assertThat(config(EventType.USAGE_RECORDED_TOPIC)).isEqualTo(UsageTopic.SETTINGS);
    }

    /** They are read whole and in order. */
    @Test
    void identitysTopicsHaveOnePartition() {
        assertThat(topics()).allSatisfy((name, topic) -> {
            var partitions = topic.at("/spec/partitions").asInt();
            if (List.of("api-key.changed", "did.changed", "grant.changed", "key.changed", "wallet.changed")
                    .contains(name)) {
                assertThat(partitions).isEqualTo(1);
            } else {
                assertThat(partitions).isGreaterThanOrEqualTo(4);
            }
        });
    }

    /** Each instance has two readers; more instances than that would read nothing. */
    @Test
    void thereAreNoMoreInstancesThanPartitionsToRead() {
        var partitions = topics().get("usage.recorded").at("/spec/partitions").asInt();
        var instances = RENDERED.one("ScaledObject", "metering-service")
                .at("/spec/maxReplicaCount")
                .asInt();

        assertThat(2 * instances).isLessThanOrEqualTo(partitions);
    }

    @Test
    void aTopicIsWrittenAndReadByWhomTheTableNames() {
        assertThat(allowed("topic", "Write")).isEqualTo(sorted(WRITERS));
        assertThat(allowed("topic", "Read")).isEqualTo(sorted(READERS));
    }

    /** Whoever writes key.changed hands out access. */
    @Test
    void aRightTooManyAndATopicKeptOtherwiseAreFound() {
        var greedy = RENDERED.changed(
                it -> it.id().equals("KafkaUser/metering-kafka"),
                it -> it.changed(json -> json.withArray("/spec/authorization/acls")
                        .addObject()
                        .setAll(Map.of("resource", resource("key.changed"), "operations", operations("Write")))));
        var forgetful = RENDERED.changed(
                it -> it.id().equals("KafkaTopic/usage.recorded"),
                it -> it.changed(json -> json.withObject("/spec/config").put("retention.ms", 1)));

        assertThat(allowed(greedy, "topic", "Write")).isNotEqualTo(sorted(WRITERS));
        assertThat(config(forgetful, "usage.recorded")).isNotEqualTo(UsageTopic.SETTINGS);
    }

    private static ObjectNode resource(String topic) {
        return Resource.JSON.createObjectNode().put("type", "topic").put("name", topic);
    }

    private static ArrayNode operations(String operation) {
        return Resource.JSON.createArrayNode().add(operation);
    }

    @Test
    void nobodyMayMoreThanReadWriteAndDescribe() {
        var operations = RENDERED.all("KafkaUser")
                .flatMap(KafkaTest::acls)
                .flatMap(acl -> acl.operations().stream())
                .collect(Collectors.toSet());

        assertThat(operations).containsExactlyInAnyOrder("Read", "Write", "Describe");
        assertThat(RENDERED.all("KafkaUser").flatMap(KafkaTest::acls))
                .allSatisfy(acl -> assertThat(acl.patternType()).isEqualTo("literal"));
    }

    /** What billing-service's channels read, and as which group, is in its settings. */
    @Test
    void billingMayReadWhatItsChannelsRead() throws IOException {
        var settings = new Properties();
        try (var in = Files.newInputStream(Path.of("../billing-service/src/main/resources/application.properties"))) {
            settings.load(in);
        }
        for (var name : settings.stringPropertyNames()) {
            var value = settings.getProperty(name).replace("${tallystick.topics.prefix:}", "");
            if (name.matches("mp\\.messaging\\.incoming\\..*\\.topic")) {
                assertThat(READERS.get(value)).as(name).contains("billing-kafka");
            } else if (name.matches("mp\\.messaging\\.incoming\\..*\\.group\\.id")) {
                assertThat(allowed("group", "Read")).containsEntry(value, new TreeSet<>(Set.of("billing-kafka")));
            }
        }
    }

    @Test
    void theReadersOfUsageAreWhomTheAutoscalerAsksFor() {
        var trigger = RENDERED.one("ScaledObject", "metering-service").at("/spec/triggers/0/metadata");
        var group = trigger.path("consumerGroup").asText();

        assertThat(group).isEqualTo(trigger.path("topic").asText() + ".metering");
        assertThat(allowed("group", "Read").get(group)).containsExactly("metering-kafka");
        assertThat(allowed("group", "Describe").get(group)).contains("lag-kafka");
        assertThat(RENDERED.one("ConfigMap", "usage-lag").at("/data/username").asText())
                .isEqualTo("lag-kafka");
    }

    @Test
    void whoHasNoRuleMayNothing() {
        var kafka = RENDERED.one("Kafka", "tallystick");

        assertThat(kafka.at("/spec/kafka/authorization").toString()).isEqualTo("{\"type\":\"simple\"}");
        assertThat(Resource.list(kafka.at("/spec/kafka/listeners"))).allSatisfy(listener -> {
            assertThat(listener.path("tls").asBoolean()).isTrue();
            assertThat(listener.at("/authentication/type").asText()).isEqualTo("scram-sha-512");
        });
    }

    private record Acl(String user, String type, String name, String patternType, List<String> operations) {}

    private static Stream<Acl> acls(Resource user) {
        return Resource.list(user.at("/spec/authorization/acls")).stream()
                .map(acl -> new Acl(
                        user.name(),
                        acl.at("/resource/type").asText(),
                        acl.at("/resource/name").asText(),
                        acl.at("/resource/patternType").asText(),
                        Resource.list(acl.path("operations")).stream()
                                .map(operation -> operation.asText())
                                .toList()));
    }

    /** Who may do it, by the name of what it is done to. */
    private static Map<String, Set<String>> allowed(String type, String operation) {
        return allowed(RENDERED, type, operation);
    }

    private static Map<String, Set<String>> allowed(Rendered rendered, String type, String operation) {
        return rendered.all("KafkaUser")
                .flatMap(KafkaTest::acls)
                .filter(acl -> acl.type().equals(type) && acl.operations().contains(operation))
                .collect(groupingBy(Acl::name, TreeMap::new, mapping(Acl::user, toCollection(TreeSet::new))));
    }

    private static Map<String, Set<String>> sorted(Map<String, List<String>> table) {
        var sorted = new TreeMap<String, Set<String>>();
        table.forEach((name, users) -> sorted.put(name, new TreeSet<>(users)));
        return sorted;
    }

    private static Map<String, Resource> topics() {
        return topics(RENDERED);
    }

    private static Map<String, Resource> topics(Rendered rendered) {
        return rendered.all("KafkaTopic").collect(Collectors.toMap(Resource::name, topic -> topic));
    }

    private static Map<String, String> config(String topic) {
        return config(RENDERED, topic);
    }

    private static Map<String, String> config(Rendered rendered, String topic) {
        return Resource.texts(topics(rendered).get(topic).at("/spec/config"));
    }
}
