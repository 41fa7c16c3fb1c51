package io.tallystick.identity.key;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.scheduler.Scheduler;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.events.Envelope;
import io.tallystick.events.EventJson;
import io.tallystick.events.KeyChanged;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.kit.Ready;
import io.tallystick.kit.access.CompactJws;
import io.tallystick.kit.access.Ed25519Signer;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes over identity's topics, and what does not: the service under test reads them like every other service. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class IdentityTopicsTest {
    private static final String SERVICE = "identity-service";

    private final TestClient operator = TestClient.operator();

    @Inject
    Scheduler scheduler;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @ConfigProperty(name = "tallystick.topics.prefix")
    String prefix;

    @BeforeEach
    void ready() {
        awaitStatus(200, () -> operator.token(SERVICE));
    }

    @AfterEach
    void speakAgain() {
        scheduler.resume();
    }

    @Test
    void silenceIsAnsweredWith503AndEndsByItself() {
        var token = operator.token(SERVICE);

        scheduler.pause();
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> given().auth()
                .oauth2(token)
                .get("/v1/tenants")
                .then()
                .statusCode(503)
                .contentType("application/problem+json")
                .header("Retry-After", equalTo("1"))
                .body("type", endsWith("/problems/identity-silent")));
        assertThat(Ready.status()).isEqualTo(503);

        scheduler.resume();
        awaitStatus(200, () -> token);
        Ready.await();
    }

    /** What the next beat would say a second later, it says at once. */
    @Test
    void aKeyInPlaceOfACompromisedOneIsTakenWithoutWaitingForTheNextBeat() {
        scheduler.pause();

        operator.post("/v1/keys/rotate", "{\"purpose\":\"access_token\",\"compromised\":true}")
                .statusCode(200);

        awaitStatus(200, () -> operator.token(SERVICE));
    }

    @Test
    void anEventWithoutIdentitysKeyChangesNothing() throws Exception {
        var attacker = IdentityStack.newKey();
        var kid = "forged";
        var event = new KeyChanged(
                kid,
                attacker.publicKey().base64Url(),
                KeyChanged.Purpose.ACCESS_TOKEN,
                KeyChanged.State.ACTIVE,
                Instant.now(),
                1_000_000);
        send(jws(attacker, IdentityStack.eventKey().publicKey().didKey(), event));
        send(jws(attacker, attacker.publicKey().didKey(), event));
        send(EventJson.write(new Envelope("1", "/identity-service", Instant.now(), event)));
        send("nonsense".getBytes(StandardCharsets.UTF_8));
        waitForTwoHeartbeats();

        var forged = attacker.compactJws("{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"forged\"}", operatorClaims());

        assertThat(status(forged)).isEqualTo(401);
        assertThat(status(operator.token(SERVICE))).isEqualTo(200);
    }

    @Test
    void aRevokedIdentityIsRefusedAtOnceWithAnAccessTokenOfBefore() {
        var tenant = operator.newTenant();
        var owner = TestClient.random();
        operator.register(tenant, owner.did(), "provider", "owner").statusCode(201);
        var token = owner.token(SERVICE);
        var path = "/v1/tenants/" + tenant;
        given().auth().oauth2(token).get(path).then().statusCode(200);

        operator.delete(path + "/identities/" + owner.did()).statusCode(200);

        await().atMost(Duration.ofSeconds(3)).untilAsserted(() -> given().auth()
                .oauth2(token)
                .get(path)
                .then()
                .statusCode(401)
                .body("detail", equalTo("This identity was revoked; ask the tenant's owner.")));
    }

    @Test
    void aKeyRotatesWithNoticeAndWhatTheOldOneSignedHolds() {
        var before = operator.token(SERVICE);

        operator.post("/v1/keys/rotate", "{\"compromised\":false}").statusCode(200);
        operator.post("/v1/keys/rotate", "{\"compromised\":false}")
                .statusCode(409)
                .body("type", endsWith("/problems/rotation-under-way"));
        assertThat(kid(operator.token(SERVICE))).isEqualTo(kid(before));
        assertThat(publishedKeys()).contains(kid(before)).hasSizeGreaterThanOrEqualTo(2);

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(kid(operator.token(SERVICE))).isNotEqualTo(kid(before)));
        assertThat(status(operator.token(SERVICE))).isEqualTo(200);
        assertThat(status(before)).isEqualTo(200);
        assertThat(publishedKeys()).contains(kid(before));
    }

    @Test
    void aCompromisedKeyIsGoneAndItsOldEventPutBackRevivesNothing() throws Exception {
        var before = operator.token(SERVICE);
        var oldEvents = eventsOfKey(kid(before));
        assertThat(oldEvents).isNotEmpty();

        operator.post("/v1/keys/rotate", "{\"compromised\":true}").statusCode(200);

        awaitStatus(401, () -> before);
        awaitStatus(200, () -> operator.token(SERVICE));
        assertThat(publishedKeys()).doesNotContain(kid(before)).hasSize(1);

        for (var event : oldEvents) {
            send(event);
        }
        waitForTwoHeartbeats();
        assertThat(status(before)).isEqualTo(401);
        assertThat(status(operator.token(SERVICE))).isEqualTo(200);
    }

    private byte[] operatorClaims() {
        long now = Instant.now().getEpochSecond();
        return """
                {"iss":"%s","sub":"%s","aud":"%s","tenant":"installation","scope":"tenants:write","iat":%d,"exp":%d,"jti":"%s"}\
                """.formatted(IdentityStack.ISSUER, operator.did(), SERVICE, now, now + 300, UUID.randomUUID())
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] jws(Ed25519Signer signer, String kid, KeyChanged event) {
        var header = "{\"alg\":\"EdDSA\",\"typ\":\"tallystick-event+jws\",\"kid\":\"%s\",\"topic\":\"key.changed\"}"
                .formatted(kid);
        var envelope = new Envelope("1", "/identity-service", Instant.now(), event);
        return signer.compactJws(header, EventJson.write(envelope)).getBytes(StandardCharsets.US_ASCII);
    }

    private void send(byte[] value) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrapServers),
                new StringSerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(prefix + "key.changed", "k", value))
                    .get(30, TimeUnit.SECONDS);
        }
    }

    /** The signed events that the topic has of this key. */
    private List<byte[]> eventsOfKey(String kid) {
        var found = new ArrayList<byte[]>();
        var partition = new TopicPartition(prefix + "key.changed", 0);
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            var end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (isOfKey(record.value(), kid)) {
                        found.add(record.value());
                    }
                });
            }
        }
        return found;
    }

    private static boolean isOfKey(byte[] value, String kid) {
        try {
            var text = new String(value, StandardCharsets.US_ASCII);
            var jws = CompactJws.parse(text, 32_768, Set.of("alg", "typ", "kid", "topic"));
            return EventJson.read(jws.payload()).data() instanceof KeyChanged key
                    && key.kid().equals(kid);
        } catch (CompactJws.Invalid | IllegalArgumentException e) {
            return false;
        }
    }

    private static void waitForTwoHeartbeats() throws InterruptedException {
        Thread.sleep(2_500);
    }

    private static List<String> publishedKeys() {
        return given().get("/.well-known/jwks.json").then().extract().path("keys.kid");
    }

    private static String kid(String token) {
        return CompactJws.parse(token, 4096, Set.of("alg", "typ", "kid")).header("kid");
    }

    private static int status(String token) {
        return given().auth().oauth2(token).get("/v1/tenants").statusCode();
    }

    private static void awaitStatus(int expected, Supplier<String> token) {
        await().atMost(Duration.ofSeconds(15))
                .pollInterval(Duration.ofMillis(250))
                .untilAsserted(() -> assertThat(status(token.get())).isEqualTo(expected));
    }
}
