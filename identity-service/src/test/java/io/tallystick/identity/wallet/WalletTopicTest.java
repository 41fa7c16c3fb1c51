package io.tallystick.identity.wallet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.events.Envelope;
import io.tallystick.events.EventJson;
import io.tallystick.events.WalletChanged;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.kit.access.Ed25519Signer;
import io.tallystick.kit.access.IdentityView;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.hibernate.reactive.mutiny.Mutiny;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the other services hear of wallets: the service under test reads its topics like every other. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class WalletTopicTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final TestClient operator = TestClient.operator();
    private final TestClient client = TestClient.random();
    private final TestWallet wallet = TestWallet.random();
    private String tenant;

    @Inject
    IdentityView identity;

    @Inject
    WalletUpkeep upkeep;

    @Inject
    Mutiny.SessionFactory sessions;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @ConfigProperty(name = "tallystick.topics.prefix")
    String prefix;

    @BeforeEach
    void aTenantWithAClient() {
        tenant = operator.newTenant();
        operator.register(tenant, client.did(), "client", "client").statusCode(201);
    }

    private void link(TestWallet of) {
        var path = "/v1/tenants/" + tenant + "/wallets";
        String message = client.post(path + "/challenges", "{\"account\":\"" + of.caip() + "\"}")
                .statusCode(201)
                .extract()
                .path("message");
        var body = new JsonObject().put("message", message).put("signature", of.personalSign(message));
        client.post(path, body.encode()).statusCode(201);
    }

    private void unlink(TestWallet of) {
        client.delete("/v1/tenants/" + tenant + "/wallets/" + of.caip()).statusCode(200);
    }

    private Set<String> subjects() {
        return identity.subjects(tenant, client.did(), Instant.now());
    }

    private void awaitSubjects(String... expected) {
        await().atMost(SOON).untilAsserted(() -> assertThat(subjects()).containsExactlyInAnyOrder(expected));
    }

    @Test
    void anAccountIsHeardOfAndItsEndIs() {
        assertThat(subjects()).containsExactly(client.did());
        link(wallet);

        awaitSubjects(client.did(), wallet.account().did());
        assertThat(identity.subjects("other", client.did(), Instant.now())).containsExactly(client.did());
        unlink(wallet);
        awaitSubjects(client.did());
    }

    @Test
    void anEventWithoutIdentitysKeyChangesNothing() throws Exception {
        link(wallet);
        awaitSubjects(client.did(), wallet.account().did());
        var attacker = IdentityStack.newKey();
        var now = Instant.now();
        for (var event : List.of(
                new WalletChanged(
                        tenant,
                        TestWallet.random().account().id(),
                        client.did(),
                        true,
                        now,
                        now.plusSeconds(99),
                        9_000_000),
                new WalletChanged(tenant, wallet.account().id(), client.did(), false, now, now, 9_000_001))) {
            send(jws(attacker, IdentityStack.eventKey().publicKey().didKey(), event));
            send(jws(attacker, attacker.publicKey().didKey(), event));
            send(EventJson.write(new Envelope("1", "/identity-service", now, event)));
        }
        send("nonsense".getBytes(StandardCharsets.UTF_8));
        send(null);

        // What is told after them is read after them.
        var after = TestWallet.random();
        link(after);
        awaitSubjects(client.did(), wallet.account().did(), after.account().did());
    }

    /** A link is told for thirty days and remembered as ended for forty: it is told again, each and for ever. */
    @Test
    void linksAreToldAgainBeforeTheirTimeIsOver() {
        var ended = TestWallet.random();
        link(wallet);
        link(ended);
        unlink(ended);
        var before = revision();

        upkeep.tellAgain(Instant.now()).await().atMost(SOON);
        assertThat(revision()).isEqualTo(before);
        var later = Instant.now().plus(WalletUpkeep.TELL_AGAIN_AFTER).plusSeconds(60);
        assertThat(upkeep.tellAgain(later).await().atMost(SOON)).isPositive();
        assertThat(revision()).isGreaterThan(before);

        assertThat(toldAt(wallet)).isAfter(later.minusSeconds(1));
        assertThat(toldAt(ended)).isBefore(later.minusSeconds(60));
        // Told as of next week, so that this week's are told by themselves again.
        sessions.withTransaction(session -> session.createNativeQuery("update revision set wallets_told_at = now()")
                        .executeUpdate()
                        .chain(() -> session.createNativeQuery("update wallet set told_at = linked_at")
                                .executeUpdate()))
                .await()
                .atMost(SOON);
    }

    @Test
    void whatEndedLongAgoIsDeletedAndALinkIsNot() {
        var ended = TestWallet.random();
        link(ended);
        unlink(ended);
        link(wallet);
        var path = "/v1/tenants/" + tenant + "/wallets/";

        upkeep.forget(Instant.now()).await().atMost(SOON);
        client.get(path + ended.caip()).statusCode(200);
        upkeep.forget(Instant.now().plus(WalletUpkeep.KEPT_AFTER_ITS_END).plusSeconds(60))
                .await()
                .atMost(SOON);

        client.get(path + ended.caip()).statusCode(404);
        client.get(path + wallet.caip()).statusCode(200);
    }

    private Instant toldAt(TestWallet of) {
        return sessions.withSession(session -> session.createNativeQuery(
                                "select told_at from wallet where account = '"
                                        + of.account().id() + "'",
                                Instant.class)
                        .getSingleResult())
                .await()
                .atMost(SOON);
    }

    private long revision() {
        return sessions.withSession(session -> session.createNativeQuery("select wallets from revision", Long.class)
                        .getSingleResult())
                .await()
                .atMost(SOON);
    }

    private static byte[] jws(Ed25519Signer signer, String kid, WalletChanged event) {
        var header = "{\"alg\":\"EdDSA\",\"typ\":\"tallystick-event+jws\",\"kid\":\"%s\",\"topic\":\"wallet.changed\"}"
                .formatted(kid);
        var envelope = new Envelope("1", "/identity-service", Instant.now(), event);
        return signer.compactJws(header, EventJson.write(envelope)).getBytes(StandardCharsets.US_ASCII);
    }

    private void send(byte[] value) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrapServers),
                new StringSerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(prefix + "wallet.changed", "k", value))
                    .get(30, TimeUnit.SECONDS);
        }
    }
}
