package io.tallystick.devstack;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.devstack.chain.JsonRpc;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The stack that the other modules' tests use, as they use it. */
@Timeout(180)
class TestStackTest {

    static final String TOKEN = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";

    final TestStack stack = TestStack.join();

    @Test
    void databaseIsNewEmptyAndOfMajorVersion18() throws SQLException {
        var database = stack.createDatabase();

        assertThat(stack.createDatabase()).isNotEqualTo(database);
        assertThat(query(database, "select count(*) from information_schema.tables where table_schema = 'public'"))
                .isEqualTo("0");
        assertThat(query(database, "show server_version")).startsWith("18.");
    }

    @Test
    void commitIsAnsweredWhenItIsWritten() throws SQLException {
        assertThat(query("postgres", "show synchronous_commit")).isEqualTo("on");
    }

    @Test
    void brokerGivesBackWhatItAcknowledged() throws Exception {
        var topic = stack.topicsPrefix() + "round.trip";
        try (var admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }

        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.bootstrapServers(), "acks", "all"),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, "key", "value")).get(60, TimeUnit.SECONDS);
        }

        assertThat(firstOf(topic)).isEqualTo("value");
    }

    @Test
    void prefixesDiffer() {
        assertThat(stack.topicsPrefix()).isNotEqualTo(stack.topicsPrefix());
    }

    /** Needs the packages of contracts/, as the whole build does. */
    @Test
    void chainHasTheContractsAndIsSharedUnlessAFreshOneIsAskedFor() throws Exception {
        var chain = stack.rpcUrl();

        assertThat(stack.rpcUrl()).isEqualTo(chain);
        assertThat(stack.freshChain()).isNotEqualTo(chain);
        var rpc = new JsonRpc(chain);
        assertThat(rpc.call("eth_chainId").asText()).isEqualTo("0x14a34");
        assertThat(rpc.call("eth_getCode", TOKEN, "latest").asText()).hasSizeGreaterThan(2);
    }

    private String firstOf(String topic) {
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", stack.bootstrapServers(), "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            return consumer.poll(Duration.ofSeconds(60)).iterator().next().value();
        }
    }

    private String query(String database, String sql) throws SQLException {
        try (var connection =
                        DriverManager.getConnection(stack.postgresJdbcUrl(database), stack.user(), stack.password());
                var rows = connection.createStatement().executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
