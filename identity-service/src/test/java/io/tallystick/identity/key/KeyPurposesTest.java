package io.tallystick.identity.key;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.VertxContextSupport;
import io.restassured.path.json.JsonPath;
import io.smallrye.mutiny.Uni;
import io.tallystick.events.EventType;
import io.tallystick.events.IdentityHeartbeat;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.identity.actor.Transactions;
import io.tallystick.identity.did.installation.Assertions;
import io.tallystick.identity.key.signer.KeyPurpose;
import io.tallystick.identity.key.signer.Signers;
import io.tallystick.kit.access.AccessConfig;
import io.tallystick.kit.access.CompactJws;
import io.tallystick.kit.access.Ed25519Key;
import io.tallystick.kit.access.IdentityView;
import io.tallystick.kit.outbox.Outbox;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.hibernate.reactive.mutiny.Mutiny;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys of several purposes on a real database: which is for what, who sees it, and how it is replaced. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class KeyPurposesTest {
    private static final String DID = "did:web:identity.test";
    private static final byte[] CLAIMS = "{\"iss\":\"did:web:identity.test\"}".getBytes(StandardCharsets.UTF_8);

    private final TestClient operator = TestClient.operator();

    @Inject
    Assertions assertions;

    @Inject
    SigningKeys keys;

    @Inject
    StoredKeys stored;

    @Inject
    Signers signers;

    @Inject
    Heartbeats heartbeats;

    @Inject
    EventSigner eventSigner;

    @Inject
    Outbox outbox;

    @Inject
    IdentityConfig config;

    @Inject
    AccessConfig access;

    @Inject
    Mutiny.SessionFactory sessions;

    @Inject
    Transactions transactions;

    @BeforeEach
    void ready() {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(keys.ring(KeyPurpose.ASSERTION).accepted()).isNotEmpty();
            assertThat(keys.ring(KeyPurpose.RECEIPT).accepted()).isNotEmpty();
            assertThat(given().auth()
                            .oauth2(operator.token("identity-service"))
                            .get("/v1/tenants")
                            .statusCode())
                    .isEqualTo(200);
        });
    }

    @Test
    void theOperatorSeesWhichKeyIsForWhatAndWhenItIsReplaced() {
        var shown = operator.get("/v1/keys").statusCode(200).extract().jsonPath();

        assertThat(shown.getList("keys.purpose", String.class)).contains("access_token", "assertion", "receipt");
        Map<String, Object> signs = shown.getMap("keys.find { it.purpose == 'receipt' && it.signs }");
        assertThat(signs).containsEntry("holder", "local").containsEntry("state", "active");
        var next = Instant.parse((String) signs.get("nextRotation"));
        assertThat(next)
                .isEqualTo(Instant.parse((String) signs.get("activeFrom")).plus(Duration.ofDays(90)));
    }

    @Test
    void theDocumentHasTheKeysOfOthersAndTheJwksThoseOfAccessTokensAlone() {
        var document = document();
        var jwks = given().get("/.well-known/jwks.json").jsonPath().getList("keys.kid", String.class);

        assertThat(document.getString("id")).isEqualTo(DID);
        assertThat(document.getList("assertionMethod", String.class)).isEqualTo(ids(KeyPurpose.ASSERTION));
        assertThat(document.getList("verificationMethod.id", String.class))
                .containsAll(ids(KeyPurpose.ASSERTION))
                .containsAll(ids(KeyPurpose.RECEIPT))
                .doesNotContainAnyElementsOf(ids(KeyPurpose.ACCESS_TOKEN));
        assertThat(document.getMap("")).doesNotContainKeys("authentication", "capabilityInvocation");
        assertThat(jwks).isNotEmpty().allSatisfy(kid -> assertThat(ids(KeyPurpose.ACCESS_TOKEN))
                .contains(DID + "#" + kid));
    }

    @Test
    void theDocumentMayBeKeptForHalfOfTheNotice() {
        var answer = given().get("/.well-known/did.json");
        assertThat(answer.contentType()).startsWith("application/did+json");
        assertThat(answer.header("Cache-Control")).isEqualTo("public, max-age=1");

        given().header("If-None-Match", answer.header("ETag"))
                .get("/.well-known/did.json")
                .then()
                .statusCode(304);
    }

    @Test
    void theResolverFindsItAndNothingElseOfTheDomain() {
        var found = new JsonPath(given().get("/1.0/identifiers/" + DID)
                .then()
                .statusCode(200)
                .extract()
                .asString());
        assertThat(found.getString("didDocument.id")).isEqualTo(DID);
        assertThat(found.getList("didDocument.assertionMethod", String.class)).isEqualTo(ids(KeyPurpose.ASSERTION));

        given().get("/1.0/identifiers/did:web:identity.test:other").then().statusCode(404);
        given().get("/1.0/identifiers/did:web:identity.tests").then().statusCode(404);
    }

    @Test
    void anAssertionIsVerifiedWithTheDocumentBeforeAndAfterARotation() {
        var before = sign();
        var kid = header(before, "kid");
        assertThat(document().getList("assertionMethod", String.class)).contains(kid);

        operator.post("/v1/keys/rotate", "{\"purpose\":\"assertion\"}").statusCode(200);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(header(sign(), "kid")).isNotEqualTo(kid));

        verify(before);
        verify(sign());
        assertThat(given().get("/.well-known/jwks.json").asString()).doesNotContain(kid.substring(DID.length() + 1));
        // A private half that signs no more is gone, though its signatures are verified for years.
        assertThat(number("select count(*) from held_key where state = 'retiring' and purpose = 'assertion' "
                        + "and sealed is not null"))
                .isZero();
    }

    @Test
    void aCompromisedAssertionKeyIsInNoDocumentAnyMore() {
        var kid = header(sign(), "kid");

        operator.post("/v1/keys/rotate", "{\"purpose\":\"assertion\",\"compromised\":true}")
                .statusCode(200);

        assertThat(document().getList("verificationMethod.id", String.class)).doesNotContain(kid);
        assertThat(header(sign(), "kid")).isNotEqualTo(kid);
    }

    @Test
    void aKeyUsedForAnotherPurpose() {
        long now = Instant.now().getEpochSecond();
        var claims =
                """
                {"iss":"%s","sub":"%s","aud":"identity-service","tenant":"installation","scope":"tenants:write",\
                "client_id":"%s","iat":%d,"exp":%d,"jti":"%s"}\
                """.formatted(IdentityStack.ISSUER, operator.did(), operator.did(), now, now + 300, UUID.randomUUID());
        // Whatever makes the service sign such a thing with this key.
        var forged = done(keys.signAssertion(
                kid -> "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"" + kid + "\"}",
                claims.getBytes(StandardCharsets.UTF_8),
                Instant.now()));

        given().auth().oauth2(forged).get("/v1/tenants").then().statusCode(401);
        for (var type : List.of("at+jwt", "application/AT+JWT", "tallystick-event+jws", "")) {
            assertThatThrownBy(() -> assertions.sign(Map.of("typ", type), CLAIMS, Instant.now()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> assertions.sign(Map.of("typ", "vc+jwt", "kid", "other"), CLAIMS, Instant.now()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPurposeThatDoesNotRotateIsRefusedWithTheOnesThatDo() {
        operator.post("/v1/keys/rotate", "{\"purpose\":\"event\"}")
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/purpose"))
                .body("errors[0].detail", containsString("access_token, assertion, receipt"));
    }

    @Test
    void aKeyThatIsOldIsReplacedOnceHoweverManyInstancesSeeIt() {
        int before = keys.ring(KeyPurpose.RECEIPT).accepted().size();
        change("update held_key set active_from = active_from - interval '91 days' "
                + "where purpose = 'receipt' and state = 'active'");

        // What other instances do at the same time.
        var others = List.of(other(), other(), other());
        done(Uni.join()
                .all(others.stream().map(Rotation::makeWhatIsDue).toList())
                .andCollectFailures());

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() ->
                        assertThat(keys.ring(KeyPurpose.RECEIPT).accepted()).hasSize(before + 1));
        await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(6)).untilAsserted(() -> assertThat(
                        keys.ring(KeyPurpose.RECEIPT).accepted())
                .hasSize(before + 1));
    }

    private Rotation other() {
        return new Rotation(new SigningKeys(stored, signers), stored, signers, heartbeats, new SimpleMeterRegistry());
    }

    /** One that began before a rotation and ends after it. */
    @Test
    void anOlderLookPutsNoKeyBack() {
        var older = done(keys.refresh(Instant.now()));
        var revoked = older.ring(KeyPurpose.RECEIPT).signer(Instant.now()).orElseThrow();
        operator.post("/v1/keys/rotate", "{\"purpose\":\"receipt\",\"compromised\":true}")
                .statusCode(200);

        keys.remember(older);

        assertThat(keys.ring(KeyPurpose.RECEIPT).accepted())
                .isNotEmpty()
                .extracting(SigningKey::kid)
                .doesNotContain(revoked.kid());
    }

    /** Until a heartbeat names its first key, it would refuse the tokens that it gives. */
    @Test
    void isReadyOnceItTakesWhatItSigns() {
        var now = Instant.now();
        var key = keys.ring(KeyPurpose.ACCESS_TOKEN).signer(now).orElseThrow();
        var topic = EventType.KEY_CHANGED.topic();
        var known = new IdentityView(
                eventSigner.didKey(), Duration.ofSeconds(3), Duration.ofSeconds(1), Duration.ofSeconds(1));
        var ready = new SigningKeysReady(keys, known);

        assertThat(ready.call().getStatus()).isEqualTo(Status.DOWN);
        known.apply(topic, eventSigner.sign(topic, key.toEvent(now, 1), now), now);
        assertThat(ready.call().getStatus()).isEqualTo(Status.DOWN);
        var heartbeat = new IdentityHeartbeat(1, now, List.of(key.kid()), Map.of(), List.of());
        known.apply(topic, eventSigner.sign(topic, heartbeat, now), now);
        assertThat(ready.call().getStatus()).isEqualTo(Status.UP);

        // It is not taken from its callers again for a key that they do not know yet.
        var later = new IdentityHeartbeat(1, now.plusMillis(1), List.of(), Map.of(), List.of());
        known.apply(topic, eventSigner.sign(topic, later, now), now);
        assertThat(known.key(key.kid())).isEmpty();
        assertThat(ready.call().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void onlyOneInstanceHasATurn() {
        assertThat(done(stored.takeTurn(KeyPurpose.RECEIPT))).isTrue();
        assertThat(done(stored.takeTurn(KeyPurpose.RECEIPT))).isFalse();
        done(stored.endTurn(KeyPurpose.RECEIPT));
    }

    @Test
    void theVersionBeforeSeesAccessTokensKeysAndMayAddOne() {
        assertThat(number("select count(*) from signing_key where state <> 'revoked'"))
                .isEqualTo(keys.ring(KeyPurpose.ACCESS_TOKEN).accepted().size());

        // One that is over, so that nobody has to open it.
        var key = IdentityStack.newKey().publicKey().base64Url();
        change("insert into signing_key (active_from, public_key, revoke_at, sealed, state, kid) values "
                + "(now() - interval '1 year', '" + key + "', now(), null, 'revoked', '" + key + "')");
        assertThat(number("select count(*) from held_key where holder = 'local' and purpose = 'access_token' "
                        + "and kid = '" + key + "'"))
                .isOne();
    }

    @Test
    void withAnotherEventKeyAllThatNewReadersNeedIsToldOnceMoreAndOnlyOnce() {
        change("update revision set keys_signed_by = 'did:key:another'");
        long before = number("select keys from revision");
        int accepted = keys.ring(KeyPurpose.ACCESS_TOKEN).accepted().size();
        var restarted = new StoredKeys(
                sessions, transactions, new IdentityEvents(eventSigner, outbox, sessions), config, access);

        done(restarted.tellAgain(Instant.now()));
        long after = number("select keys from revision");
        assertThat(after).isGreaterThanOrEqualTo(before + accepted);

        done(new StoredKeys(sessions, transactions, new IdentityEvents(eventSigner, outbox, sessions), config, access)
                .tellAgain(Instant.now()));
        assertThat(number("select keys from revision")).isEqualTo(after);
    }

    private String sign() {
        return done(assertions.sign(Map.of("typ", "vc+jwt"), CLAIMS, Instant.now()));
    }

    /** As somebody does who knows the DID only. */
    private static void verify(String jws) {
        var kid = header(jws, "kid");
        var document = document();
        assertThat(document.getList("assertionMethod", String.class)).contains(kid);
        var x = document.getString("verificationMethod.find { it.id == '" + kid + "' }.publicKeyJwk.x");
        CompactJws.parse(jws, 4096, Set.of("alg", "typ", "kid")).verifiedBy(Ed25519Key.ofBase64Url(x));
    }

    private static String header(String jws, String name) {
        return CompactJws.parse(jws, 4096, Set.of("alg", "typ", "kid")).header(name);
    }

    private static JsonPath document() {
        return new JsonPath(given().get("/.well-known/did.json")
                .then()
                .statusCode(200)
                .extract()
                .asString());
    }

    private List<String> ids(KeyPurpose purpose) {
        return keys.ring(purpose).accepted().stream()
                .map(key -> DID + "#" + key.kid())
                .toList();
    }

    private void change(String sql) {
        done(sessions.withTransaction(session -> session.createNativeQuery(sql).executeUpdate()));
    }

    private long number(String sql) {
        return done(sessions.withSession(
                session -> session.createNativeQuery(sql, Long.class).getSingleResult()));
    }

    private static <T> T done(Uni<T> work) {
        try {
            return VertxContextSupport.subscribeAndAwait(() -> work);
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
