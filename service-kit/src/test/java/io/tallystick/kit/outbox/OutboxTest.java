package io.tallystick.kit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.tallystick.devstack.TestStack;
import io.tallystick.events.EventJson;
import io.tallystick.events.EventType;
import io.tallystick.events.Funding;
import io.tallystick.events.MeterAdvanced;
import io.tallystick.kit.problem.Workers;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real database and broker: what leaves, when, and what does not. */
class OutboxTest {
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final TestStack stack = TestStack.join();
    private final String prefix = stack.topicsPrefix();
    private final Vertx vertx = Vertx.vertx();
    private final Map<String, Object> kafka = Map.of("bootstrap.servers", stack.bootstrapServers());
    private final Topics topics = new Topics(topicsConfig(prefix, true), kafka);
    private final Outbox outbox = new Outbox();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final List<OutboxRelay> relays = new ArrayList<>();
    private Pool pool;

    @BeforeEach
    void createTableAndTopics() {
        pool = Pool.pool(
                vertx,
                io.vertx.pgclient.PgConnectOptions.fromUri(stack.postgresReactiveUrl(stack.createDatabase()))
                        .setUser(stack.user())
                        .setPassword(stack.password()),
                new io.vertx.sqlclient.PoolOptions().setMaxSize(8));
        for (var migration : List.of("V1__outbox.sql", "V2__outbox_traceparent.sql")) {
            pool.query(text("/db/kit/" + migration)).execute().await().atMost(WAIT);
        }
        topics.createCatalogue();
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (var relay : relays) {
            relay.stop(new ShutdownEvent());
        }
        pool.close().await().atMost(WAIT);
        vertx.close().await().atMost(WAIT);
    }

    @Test
    void sendsWhatWasCommittedAndForgetsIt() {
        startRelay();

        inTransaction(advanced("cust-1", 1), advanced("cust-2", 2));

        assertThat(received(2))
                .extracting(record ->
                        ((MeterAdvanced) EventJson.read(record.value()).data()).subject())
                .containsExactlyInAnyOrder("cust-1", "cust-2");
        assertThat(emptied()).isTrue();
    }

    @Test
    void namesTheMediaTypeAndTheKey() {
        startRelay();

        inTransaction(advanced("cust-1", 1));

        var record = received(1).getFirst();
        assertThat(record.key()).isEqualTo(advanced("cust-1", 1).key());
        assertThat(record.headers().lastHeader("content-type").value())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("application/cloudevents+json");
    }

    @Test
    void handsOnTheTraceThatWasCurrentWhenTheMessageWasWritten() {
        try (var _ = TraceParent.context(TRACE).makeCurrent()) {
            outbox.put(pool, List.of(message(advanced("traced", 1)))).await().atMost(WAIT);
        }
        inTransaction(advanced("untraced", 1));
        startRelay();

        assertThat(received(2))
                .extracting(OutboxTest::subject, OutboxTest::trace)
                .containsExactlyInAnyOrder(tuple("traced", TRACE), tuple("untraced", ""));
    }

    @Test
    void handsOnTheTraceThatAMessageBrings() {
        pool.withTransaction(connection -> outbox.put(
                        connection, List.of(message(advanced("own", 1)).within(TRACE))))
                .await()
                .atMost(WAIT);
        startRelay();

        assertThat(received(1)).extracting(OutboxTest::trace).containsExactly(TRACE);
    }

    @Test
    void showsHowManyWaitAndForHowLong() {
        pool.query(
                        "create function wait_a_moment() returns trigger language plpgsql as "
                                + "$$ begin perform pg_sleep(2); return old; end $$;"
                                + "create trigger wait_a_moment before delete on outbox for each row execute function wait_a_moment()")
                .execute()
                .await()
                .atMost(WAIT);
        inTransaction(advanced("cust-1", 1), advanced("cust-2", 2));
        pool.query("update outbox set created_at = now() - interval '100 seconds'")
                .execute()
                .await()
                .atMost(WAIT);

        startRelay();

        assertThat(received(2)).hasSize(2);
        assertThat(gauge("tallystick.outbox.waiting")).isEqualTo(2);
        assertThat(gauge("tallystick.outbox.oldest")).isGreaterThanOrEqualTo(100);
        assertThat(emptied()).isTrue();
    }

    private double gauge(String name) {
        return metrics.get(name).gauge().value();
    }

    @Test
    void leavesOutWhatIsNoTrace() {
        pool.withTransaction(connection -> outbox.put(
                        connection, List.of(message(advanced("own", 1)).within("00-'); drop table outbox; --"))))
                .await()
                .atMost(WAIT);
        startRelay();

        assertThat(received(1)).extracting(OutboxTest::trace).containsExactly("");
    }

    @Test
    void sendsNothingOfATransactionThatWasRolledBack() {
        startRelay();

        assertThatThrownBy(() -> pool.withTransaction(connection -> outbox.put(
                                        connection, List.of(message(advanced("rolled-back", 1))))
                                .chain(() -> Uni.createFrom().failure(new IllegalStateException("rolled back"))))
                        .await()
                        .atMost(WAIT))
                .hasMessage("rolled back");
        inTransaction(advanced("committed", 1));

        assertThat(received(1))
                .extracting(record -> EventJson.read(record.value()).data().key())
                .containsExactly(advanced("committed", 1).key());
    }

    @Test
    void sendsOnlyTheNewestOfTheTotalsThatWait() {
        for (int total = 1; total <= 50; total++) {
            inTransaction(advanced("cust-1", total));
        }
        startRelay();

        assertThat(received(1))
                .extracting(record ->
                        ((MeterAdvanced) EventJson.read(record.value()).data()).added())
                .containsExactly(BigDecimal.valueOf(50));
        assertThat(emptied()).isTrue();
    }

    @Test
    void leavesTheWorkToOneOfTwoRelaysAndToTheOtherOnceThatStops() throws InterruptedException {
        var first = startRelay();
        startRelay();
        for (int subject = 0; subject < 100; subject++) {
            inTransaction(advanced("before-" + subject, 1));
        }
        assertThat(received(100)).hasSize(100);

        first.stop(new ShutdownEvent());
        inTransaction(advanced("after", 1));

        assertThat(received(101)).hasSize(101);
    }

    @Test
    void createsNoTopicWhereTheClustersManifestsDo() throws Exception {
        var elsewhere = new Topics(topicsConfig("elsewhere." + prefix, false), kafka);

        elsewhere.createCatalogue();
        elsewhere.create(Map.of("usage.recorded", Map.of()));

        try (var admin = Admin.create(kafka)) {
            assertThat(admin.listTopics().names().get())
                    .containsAll(topics.catalogue())
                    .noneMatch(topic -> topic.startsWith("elsewhere."));
        }
    }

    private OutboxRelay startRelay() {
        var relay = new OutboxRelay(pool, relayConfig(), topics, kafka, metrics, new Workers());
        relays.add(relay);
        relay.start(new StartupEvent());
        return relay;
    }

    private void inTransaction(MeterAdvanced... events) {
        var messages = java.util.Arrays.stream(events).map(OutboxTest::message).toList();
        pool.withTransaction(connection -> outbox.put(connection, messages))
                .await()
                .atMost(WAIT);
    }

    private boolean emptied() {
        var deadline = System.nanoTime() + WAIT.toNanos();
        while (System.nanoTime() < deadline) {
            var count = pool.query("select count(*) from outbox")
                    .execute()
                    .await()
                    .atMost(WAIT)
                    .iterator()
                    .next()
                    .getLong(0);
            if (count == 0) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /** All records on the topic, once there are {@code atLeast}; a moment longer, so that one too many shows. */
    private List<ConsumerRecord<String, byte[]>> received(int atLeast) {
        var settings = Map.<String, Object>of("bootstrap.servers", stack.bootstrapServers());
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            var topic = topics.name(EventType.METER_ADVANCED.topic());
            var partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var records = new ArrayList<ConsumerRecord<String, byte[]>>();
            var deadline = System.nanoTime() + WAIT.toNanos();
            while (records.size() < atLeast && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            consumer.poll(Duration.ofMillis(300)).forEach(records::add);
            return records;
        }
    }

    private static String subject(ConsumerRecord<String, byte[]> record) {
        return ((MeterAdvanced) EventJson.read(record.value()).data()).subject();
    }

    private static String trace(ConsumerRecord<String, byte[]> record) {
        var header = record.headers().lastHeader("traceparent");
        return header == null ? "" : new String(header.value(), StandardCharsets.US_ASCII);
    }

    private static OutboxMessage message(MeterAdvanced event) {
        return OutboxMessage.of("/metering-service", event, NOW);
    }

    private static MeterAdvanced advanced(String subject, long added) {
        return new MeterAdvanced(
                "acme", subject, "tokens", Map.of(), NOW, Funding.ACCOUNT, BigDecimal.valueOf(added), BigDecimal.ZERO);
    }

    private static String text(String resource) {
        try (var sql = OutboxTest.class.getResourceAsStream(resource)) {
            return new String(sql.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TopicsConfig topicsConfig(String prefix, boolean create) {
        return new TopicsConfig() {
            @Override
            public Optional<String> prefix() {
                return Optional.of(prefix);
            }

            @Override
            public boolean create() {
                return create;
            }

            @Override
            public int partitions() {
                return 2;
            }

            @Override
            public short replication() {
                return 1;
            }

            @Override
            public int minInsyncReplicas() {
                return -1;
            }
        };
    }

    private static OutboxConfig relayConfig() {
        return new OutboxConfig() {
            @Override
            public int batch() {
                return 7;
            }

            @Override
            public Duration poll() {
                return Duration.ofMillis(200);
            }

            @Override
            public Duration backoff() {
                return Duration.ofMillis(200);
            }

            @Override
            public Duration timeout() {
                return Duration.ofSeconds(20);
            }
        };
    }
}
