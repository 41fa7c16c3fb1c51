package io.tallystick.identity.grant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.tallystick.events.Envelope;
import io.tallystick.events.EventJson;
import io.tallystick.events.GrantChanged;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.kit.access.AccessRefused;
import io.tallystick.kit.access.Ed25519Signer;
import io.tallystick.kit.access.GrantView.Found;
import io.tallystick.kit.access.GrantView.Holds;
import io.tallystick.kit.access.GrantView.HoldsNot;
import io.tallystick.kit.access.IdentityView;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.hibernate.reactive.mutiny.Mutiny;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the other services hear of grants: the service under test reads its topics like every other. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class GrantTopicTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final TestClient operator = TestClient.operator();
    private final TestClient owner = TestClient.random();
    private final TestClient client = TestClient.random();
    private final TestClient agent = TestClient.random();
    private String tenant;
    private GrantMaker maker;

    @Inject
    IdentityView identity;

    @Inject
    GrantUpkeep upkeep;

    @Inject
    Mutiny.SessionFactory sessions;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @ConfigProperty(name = "tallystick.topics.prefix")
    String prefix;

    @BeforeEach
    void aTenantWithAClient() {
        tenant = operator.newTenant();
        operator.register(tenant, owner.did(), "provider", "owner").statusCode(201);
        owner.register(tenant, client.did(), "client", "client").statusCode(201);
        maker = new GrantMaker(tenant, Instant.now());
    }

    @Test
    void aGrantIsHeardWithItsLimitsAndItsLine() {
        var root = submitted(maker.root(client, agent));
        var below = TestClient.random();
        var child = submitted(maker.child(root, agent, below));

        await().atMost(SOON).untilAsserted(() -> assertThat(find(child)).isInstanceOf(Holds.class));
        var line = ((Holds) find(child)).line();
        assertThat(line.stream().map(GrantChanged::jti))
                .containsExactly(
                        GrantMaker.read(child).jti(), GrantMaker.read(root).jti());
        var told = line.getFirst();
        var limits = GrantMaker.read(child).limits();
        assertThat(told.digest()).isEqualTo(GrantVerifier.digest(child));
        assertThat(told.client()).isEqualTo(client.did());
        assertThat(told.issuer()).isEqualTo(agent.did());
        assertThat(told.agent()).isEqualTo(new GrantChanged.Agent(below.did(), GrantMaker.keyOf(below.did())));
        assertThat(told.limits())
                .isEqualTo(new GrantChanged.Limits(
                        limits.asset(),
                        limits.budgetUnits(),
                        limits.capUnits(),
                        List.copyOf(limits.payees()),
                        List.copyOf(limits.models()),
                        limits.depth(),
                        limits.notBefore(),
                        limits.expiresAt()));
    }

    @Test
    void aRevokedGrantAndAllBelowItHoldNoLonger() {
        var root = submitted(maker.root(client, agent));
        var child = submitted(maker.child(root, agent, TestClient.random()));
        await().atMost(SOON).untilAsserted(() -> assertThat(find(child)).isInstanceOf(Holds.class));

        client.delete(path(root)).statusCode(200);

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(find(root)).isEqualTo(HoldsNot.UNKNOWN);
            assertThat(find(child)).isEqualTo(HoldsNot.UNKNOWN);
        });
    }

    @Test
    void anEventWithoutIdentitysKeyChangesNothing() throws Exception {
        var root = submitted(maker.root(client, agent));
        await().atMost(SOON).untilAsserted(() -> assertThat(find(root)).isInstanceOf(Holds.class));
        var known = ((Holds) find(root)).line().getFirst();
        var attacker = IdentityStack.newKey();
        var more = changed(known, "forged-forged-forged", false);
        var revoked = changed(known, known.jti(), true);
        for (var event : List.of(more, revoked)) {
            send(jws(attacker, IdentityStack.eventKey().publicKey().didKey(), event));
            send(jws(attacker, attacker.publicKey().didKey(), event));
            send(EventJson.write(new Envelope("1", "/identity-service", Instant.now(), event)));
        }
        send("nonsense".getBytes(StandardCharsets.UTF_8));
        send(null);

        // What is told after them is read after them.
        var after = submitted(maker.root(client, agent));
        await().atMost(SOON).untilAsserted(() -> assertThat(find(after)).isInstanceOf(Holds.class));
        assertThat(find(root)).isInstanceOf(Holds.class);
        assertThat(identity.grant(tenant, "forged-forged-forged", Instant.now()))
                .isEqualTo(HoldsNot.UNKNOWN);
    }

    @Test
    void whoLosesItsAccessLosesItsGrants() {
        var root = submitted(maker.root(client, agent));
        owner.register(tenant, agent.did(), "agent", "client").statusCode(201);
        var child = submitted(maker.child(root, agent, TestClient.random()));
        var other = submitted(maker.root(client, TestClient.random()));

        owner.delete("/v1/tenants/" + tenant + "/identities/" + agent.did()).statusCode(200);
        await().atMost(SOON).untilAsserted(() -> {
            owner.get(path(root)).body("revokedAt", notNullValue());
            owner.get(path(child)).body("revokedAt", notNullValue());
        });
        assertThat(owner.get(path(other)).extract().<String>path("revokedAt")).isNull();

        owner.delete("/v1/tenants/" + tenant + "/identities/" + client.did()).statusCode(200);
        await().atMost(SOON).untilAsserted(() -> owner.get(path(other)).body("revokedAt", notNullValue()));
        await().atMost(SOON).untilAsserted(() -> assertThat(find(other)).isEqualTo(HoldsNot.UNKNOWN));
    }

    /** The topic forgets after forty days; it never forgets how far it goes. */
    @Test
    void theLastGrantIsToldAgainWhenNothingWasToldForLong() {
        submitted(maker.root(client, agent));
        var before = revision();

        upkeep.tellAgain(Instant.now()).await().atMost(SOON);
        assertThat(revision()).isEqualTo(before);
        upkeep.tellAgain(Instant.now().plus(GrantUpkeep.TELL_AGAIN_AFTER).plusSeconds(60))
                .await()
                .atMost(SOON);
        assertThat(revision()).isGreaterThan(before);

        // Told as of next week, so that this week's are told by themselves again.
        sessions.withTransaction(session -> session.createNativeQuery("update revision set grants_told_at = now()")
                        .executeUpdate())
                .await()
                .atMost(SOON);
    }

    @Test
    void whatEndedLongAgoIsDeletedButTheLastTree() {
        var root = submitted(maker.root(client, agent));
        var child = submitted(maker.child(root, agent, TestClient.random()));
        var last = submitted(maker.root(client, agent));

        upkeep.forget(Instant.now()).await().atMost(SOON);
        owner.get(path(root)).statusCode(200);
        upkeep.forget(Instant.now().plus(GrantUpkeep.KEPT_AFTER_ITS_END).plusSeconds(3700))
                .await()
                .atMost(SOON);

        owner.get(path(root)).statusCode(404);
        owner.get(path(child)).statusCode(404);
        owner.get(path(last)).statusCode(200);
    }

    private long revision() {
        return sessions.withSession(session -> session.createNativeQuery("select grants from revision", Long.class)
                        .getSingleResult())
                .await()
                .atMost(SOON);
    }

    private Found find(String text) {
        try {
            return identity.grant(tenant, GrantMaker.read(text).jti(), Instant.now());
        } catch (AccessRefused e) {
            throw new AssertionError("identity is silent", e);
        }
    }

    private String submitted(String text) {
        RestAssured.given()
                .auth()
                .oauth2(owner.token("identity-service"))
                .contentType("application/jwt")
                .body(text.getBytes(StandardCharsets.UTF_8))
                .post("/v1/tenants/" + tenant + "/grants")
                .then()
                .statusCode(201);
        return text;
    }

    private String path(String text) {
        return "/v1/tenants/" + tenant + "/grants/" + GrantMaker.read(text).jti();
    }

    private static GrantChanged changed(GrantChanged of, String jti, boolean revoked) {
        return new GrantChanged(
                of.tenant(),
                jti,
                of.digest(),
                of.parent(),
                of.client(),
                of.issuer(),
                of.agent(),
                of.limits(),
                revoked,
                Instant.now(),
                1_000_000);
    }

    private static byte[] jws(Ed25519Signer signer, String kid, GrantChanged event) {
        var header = "{\"alg\":\"EdDSA\",\"typ\":\"tallystick-event+jws\",\"kid\":\"%s\",\"topic\":\"grant.changed\"}"
                .formatted(kid);
        var envelope = new Envelope("1", "/identity-service", Instant.now(), event);
        return signer.compactJws(header, EventJson.write(envelope)).getBytes(StandardCharsets.US_ASCII);
    }

    private void send(byte[] value) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrapServers),
                new StringSerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(prefix + "grant.changed", "k", value))
                    .get(30, TimeUnit.SECONDS);
        }
    }
}
