package io.tallystick.kit.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.tallystick.devstack.TestStack;
import io.tallystick.events.DomainEvent;
import io.tallystick.events.GrantChanged;
import io.tallystick.events.IdentityHeartbeat;
import io.tallystick.kit.access.GrantView.Holds;
import io.tallystick.kit.outbox.TestTopics;
import io.tallystick.kit.problem.Workers;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a real broker: a service is rolled out before identity-service, and then identity-service is. */
class IdentityFeedTest {
    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final String KEYS = "key.changed";
    private static final String DIDS = "did.changed";
    private static final String GRANTS = "grant.changed";

    private final TestStack stack = TestStack.join();
    private final String prefix = stack.topicsPrefix();
    private final Map<String, Object> kafka = Map.of("bootstrap.servers", stack.bootstrapServers());
    private final Ed25519Signer eventKey = TestIdentity.randomKey();
    private final IdentityView identity = new IdentityView(
            eventKey.publicKey().didKey(), Duration.ofSeconds(20), Duration.ofSeconds(10), Duration.ofSeconds(5));
    private final IdentityFeed feed =
            new IdentityFeed(identity, TestTopics.named(prefix), kafka, new SimpleMeterRegistry(), new Workers());
    private KafkaProducer<String, byte[]> producer;

    @BeforeEach
    void start() throws Exception {
        createTopics(KEYS, DIDS);
        producer = new KafkaProducer<>(kafka, new StringSerializer(), new ByteArraySerializer());
        feed.start(new StartupEvent());
    }

    @AfterEach
    void stop() throws InterruptedException {
        feed.stop(new ShutdownEvent());
        producer.close();
    }

    @Test
    void isReadyWithoutATopicOfGrantsAndFindsItWhenItComes() throws Exception {
        heartbeats(Map.of());
        until(() -> feed.call().getStatus() == Status.UP);
        assertThatThrownBy(() -> identity.grant("acme", "g1", Instant.now())).isInstanceOf(AccessRefused.class);

        createTopics(GRANTS);
        send(GRANTS, grant());
        heartbeats(Map.of(GRANTS, 3L));

        until(this::holds);
        assertThat(feed.call().getStatus()).isEqualTo(Status.UP);
    }

    private boolean holds() {
        try {
            heartbeats(Map.of(GRANTS, 3L));
            return identity.grant("acme", "g1", Instant.now()) instanceof Holds;
        } catch (AccessRefused e) {
            return false;
        }
    }

    private void heartbeats(Map<String, Long> revisions) {
        for (var topic : IdentityView.TOPICS) {
            send(topic, new IdentityHeartbeat(0, Instant.now(), List.of(), revisions));
        }
    }

    private static GrantChanged grant() {
        var limits = new GrantChanged.Limits(
                "eip155:8453/erc20:0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
                BigInteger.TEN,
                BigInteger.TWO,
                List.of("acme"),
                List.of("*"),
                0,
                Instant.now().minusSeconds(60),
                Instant.now().plusSeconds(600));
        var agent = new GrantChanged.Agent("did:key:zAgent", "thumbprint");
        var client = "did:key:zClient";
        return new GrantChanged("acme", "g1", "digest", "", client, client, agent, limits, false, Instant.now(), 3);
    }

    private void send(String topic, DomainEvent event) {
        try {
            producer.send(new ProducerRecord<>(
                            prefix + topic, event.key(), TestIdentity.signed(eventKey, topic, event)))
                    .get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void createTopics(String... names) throws Exception {
        try (var admin = Admin.create(kafka)) {
            for (var name : names) {
                admin.createTopics(List.of(new NewTopic(prefix + name, 1, (short) 1)))
                        .all()
                        .get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static void until(BooleanSupplier holds) throws InterruptedException {
        var end = System.nanoTime() + WAIT.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("in time").isNegative();
            Thread.sleep(200);
        }
    }
}
