package io.tallystick.identity.apikey;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.kit.access.apikey.ApiKey;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.hibernate.reactive.mutiny.Mutiny;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** API keys from their making to their end. Identity-service is itself a service that takes them. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class ApiKeyResourceTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final TestClient operator = TestClient.operator();
    private final TestClient owner = TestClient.random();
    private final TestClient client = TestClient.random();
    private String tenant;
    private String path;

    @Inject
    Mutiny.SessionFactory sessions;

    @Inject
    ApiKeyUpkeep upkeep;

    @BeforeEach
    void aTenantWithAClient() {
        tenant = operator.newTenant();
        path = "/v1/tenants/" + tenant + "/api-keys";
        operator.register(tenant, owner.did(), "provider", "owner").statusCode(201);
        owner.register(tenant, client.did(), "client", "client").statusCode(201);
    }

    @Test
    void aKeyIsShownOnceAndKeptAsAHash() {
        var made = client.post(path, "{\"name\":\"laptop\",\"models\":[\"gpt-4\"],\"requestsPerMinute\":600}")
                .statusCode(201)
                .header("Cache-Control", "no-store")
                .body("key", matchesPattern("tsk_[0-9a-f]{16}_[A-Za-z0-9_-]{43}[0-9a-f]{8}"))
                .body("apiKey.did", equalTo(client.did()))
                .body("apiKey.maker", equalTo(client.did()))
                .body("apiKey.roles", contains("client"))
                .body("apiKey.models", contains("gpt-4"))
                .body("apiKey.revokedAt", nullValue());
        String key = made.extract().path("key");
        String id = made.extract().path("apiKey.id");

        var listed = owner.get(path).statusCode(200).body("apiKeys.id", contains(id));
        assertThat(listed.extract().asString()).doesNotContain(key.substring(21, 64));
        var hash = ask("select hash from api_key where id = '" + id + "'");
        assertThat(hash).isEqualTo(ApiKey.parse(key).hash());
        assertThat(ask("select to_jsonb(k)::text from api_key k where id = '" + id + "'"))
                .doesNotContain(key.substring(21, 64));
    }

    @Test
    void itIsTakenAsABearerAndAsXApiKey() {
        var key = usable(client, "{}");

        given().header("x-api-key", key).get(grants()).then().statusCode(200);
        given().header("x-api-key", key)
                .header("Authorization", "bearer " + key)
                .get(grants())
                .then()
                .statusCode(200)
                .header("RateLimit-Policy", equalTo("\"key\";q=6000;w=60, \"tenant\";q=3000000;w=60"))
                .header("RateLimit", matchesPattern("\"key\";r=59\\d\\d;t=1, \"tenant\";r=\\d+;t=1"));
    }

    @Test
    void twoDifferentCredentialsAreRefused() {
        var key = usable(client, "{}");
        var other = usable(client, "{}");

        for (var beside : new String[] {other, client.token("identity-service")}) {
            given().header("x-api-key", key)
                    .header("Authorization", "Bearer " + beside)
                    .get(grants())
                    .then()
                    .statusCode(401)
                    .body("type", endsWith("credentials-misplaced"));
        }
        given().header("x-api-key", client.token("identity-service"))
                .get(grants())
                .then()
                .statusCode(401)
                .body("type", endsWith("api-key-refused"));
    }

    @Test
    void aWrongChecksumSaysSo() {
        var key = usable(client, "{}");
        var last = key.charAt(key.length() - 1) == '0' ? '1' : '0';

        with(key.substring(0, key.length() - 1) + last)
                .statusCode(401)
                .body("type", endsWith("api-key-refused"))
                .body("detail", containsString("checksum"));
    }

    @Test
    void enumeration_unknownWrongRevokedAndEndedKeysLookAlike() {
        var key = usable(client, "{}");
        var id = ApiKey.parse(key).id();
        var unknown = ApiKey.of(new byte[8], new byte[32]).reveal();
        var wrong =
                ApiKey.of(java.util.HexFormat.of().parseHex(id), new byte[32]).reveal();
        var answer = with(unknown).statusCode(401).extract().asString();

        assertThat(with(wrong).statusCode(401).extract().asString()).isEqualTo(answer);
        client.delete(path + "/" + id).statusCode(200);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(with(key).extract().asString()).isEqualTo(answer));
    }

    @Test
    void aKeyInAUrlQueryIsNotAcceptedThere() {
        var key = usable(client, "{}");

        for (var name : new String[] {"api_key", "access_token", "key", "x-api-key"}) {
            given().queryParam(name, key).get(grants()).then().statusCode(401).body("type", endsWith("misplaced"));
            given().header("x-api-key", key)
                    .queryParam(name, key)
                    .get(grants())
                    .then()
                    .statusCode(401)
                    .body("detail", containsString("revoke this one"));
        }
    }

    @Test
    void aRevokedKeyIsRefusedWithinASecond() {
        var key = usable(client, "{}");

        client.delete(path + "/" + ApiKey.parse(key).id()).statusCode(200).body("revokedAt", notNullValue());

        await().atMost(Duration.ofSeconds(1)).until(() -> with(key).extract().statusCode() == 401);
        client.delete(path + "/" + ApiKey.parse(key).id()).statusCode(200);
    }

    @Test
    void aKeyIsRefusedWithTheIdentityThatItActsAsAndRevokedWithIt() {
        var key = usable(client, "{}");

        owner.delete("/v1/tenants/" + tenant + "/identities/" + client.did()).statusCode(200);

        await().atMost(Duration.ofSeconds(1)).until(() -> with(key).extract().statusCode() == 401);
        await().atMost(SOON).untilAsserted(() -> owner.get(path).body("apiKeys[0].revokedAt", notNullValue()));
        owner.post(path, "{\"did\":\"%s\"}".formatted(client.did()))
                .statusCode(409)
                .body("type", endsWith("identity-revoked"));
    }

    @Test
    void tenantCrossingWithAnApiKey() {
        var other = operator.newTenant();
        operator.register(other, owner.did(), "provider", "owner").statusCode(201);
        var key = usable(client, "{}");

        for (var what : new String[] {"grants", "api-keys"}) {
            given().header("x-api-key", key)
                    .get("/v1/tenants/" + other + "/" + what)
                    .then()
                    .statusCode(403)
                    .body("type", endsWith("other-tenant"));
        }
    }

    @Test
    void aKeyOfAnotherTenantIsNotFound() {
        var stranger = TestClient.random();
        var other = operator.newTenant();
        operator.register(other, stranger.did(), "provider", "owner").statusCode(201);
        var id = ApiKey.parse(usable(client, "{}")).id();

        stranger.delete("/v1/tenants/" + other + "/api-keys/" + id).statusCode(404);
        stranger.delete(path + "/" + id).statusCode(403);
        stranger.get("/v1/tenants/" + other + "/api-keys").body("apiKeys", hasSize(0));
        stranger.post("/v1/tenants/" + other + "/api-keys", "{\"did\":\"%s\"}".formatted(client.did()))
                .statusCode(404)
                .body("type", endsWith("unknown-identity"));
    }

    @Test
    void aWidenedRole() {
        client.post(path, "{\"roles\":[\"client\",\"owner\"]}")
                .statusCode(422)
                .body("type", endsWith("api-key-goes-further"));
        client.post(path, "{\"did\":\"%s\"}".formatted(owner.did()))
                .statusCode(403)
                .body("type", endsWith("not-your-api-key"));

        var caretaker = TestClient.random();
        owner.register(tenant, caretaker.did(), "service", "operator").statusCode(201);
        caretaker
                .post(path, "{\"did\":\"%s\"}".formatted(owner.did()))
                .statusCode(403)
                .body("type", endsWith("api-key-goes-further"));
        caretaker.post(path, "{}").statusCode(201);
    }

    @Test
    void anApiKeyUsedToMakeAnApiKeyOfMoreRights() {
        var ofClient = usable(client, "{}");
        var ofOwner = usable(owner, "{}");

        for (var key : new String[] {ofClient, ofOwner}) {
            given().header("x-api-key", key)
                    .contentType("application/json")
                    .body("{\"roles\":[\"owner\"]}")
                    .post(path)
                    .then()
                    .statusCode(403)
                    .body("type", endsWith("insufficient-scope"));
        }
        given().header("x-api-key", ofOwner)
                .contentType("application/json")
                .body("{\"did\":\"%s\",\"kind\":\"provider\",\"roles\":[\"owner\"]}"
                        .formatted(TestClient.random().did()))
                .post("/v1/tenants/" + tenant + "/identities")
                .then()
                .statusCode(403);
    }

    @Test
    void overTheLimitIs429WithAWait() {
        var key = usable(client, "{\"requestsPerMinute\":10}");

        var refused = Stream.generate(() -> with(key))
                .limit(100)
                .filter(answer -> answer.extract().statusCode() != 200)
                .findFirst()
                .orElseThrow();
        refused.statusCode(429)
                .body("type", endsWith("too-many-requests"))
                .header("Retry-After", matchesPattern("[1-6]"))
                .header(
                        "RateLimit",
                        equalTo("\"key\";r=0;t=" + refused.extract().header("Retry-After")));
        // Its holder is not held by it.
        client.get(grants()).statusCode(200);
    }

    @Test
    void limitsOutOfBoundsAreRefused() {
        for (var body : new String[] {
            "{\"requestsPerMinute\":0}",
            "{\"tokensPerMinute\":1000000001}",
            "{\"roles\":[]}",
            "{\"roles\":[\"god\"]}",
            "{\"models\":[]}"
        }) {
            client.post(path, body).statusCode(400);
        }
        for (var body : new String[] {
            "{\"models\":[\"*\",\"a\"]}",
            "{\"expiresAt\":\"2001-01-01T00:00:00Z\"}",
            "{\"expiresAt\":\"%s\"}".formatted(Instant.now().plus(Duration.ofDays(366)))
        }) {
            client.post(path, body).statusCode(422).body("type", endsWith("invalid-api-key"));
        }
    }

    @Test
    void anIdentityHasABoundedNumberOfKeys() {
        for (var i = 0; i < 20; i++) {
            client.post(path, "{}").statusCode(201);
        }
        client.post(path, "{}").statusCode(409).body("type", endsWith("too-many-api-keys"));

        String first = owner.get(path + "?limit=1")
                .body("apiKeys", hasSize(1))
                .extract()
                .path("apiKeys[0].id");
        owner.get(path + "?after=" + first).body("apiKeys", hasSize(19)).body("apiKeys.id", not(hasItem(first)));
        owner.delete(path + "/" + first).statusCode(200);
        client.post(path, "{}").statusCode(201);
    }

    @Test
    void aClientSeesAndRevokesItsOwnOnly() {
        var id = ApiKey.parse(usable(owner, "{}")).id();

        client.get(path).body("apiKeys", hasSize(0));
        client.delete(path + "/" + id).statusCode(404);
    }

    /** The topic forgets after forty days, and what it says counts for thirty. */
    @Test
    void aKeyThatGoesOnIsToldAgainAndAnEndedOneIsForgotten() {
        var id = ApiKey.parse(usable(client, "{}")).id();
        var before = ask("select api_keys::text from revision");

        upkeep.tellAgain(Instant.now()).await().atMost(SOON);
        assertThat(ask("select api_keys::text from revision")).isEqualTo(before);
        sessions.withTransaction(session -> session.createNativeQuery(
                                "update api_key set told_at = now() - interval '11 days' where id = '" + id + "'")
                        .executeUpdate())
                .await()
                .atMost(SOON);
        upkeep.tellAgain(Instant.now()).await().atMost(SOON);
        assertThat(Long.parseLong(ask("select api_keys::text from revision"))).isGreaterThan(Long.parseLong(before));

        client.delete(path + "/" + id).statusCode(200);
        usable(client, "{}");
        upkeep.forget(Instant.now()).await().atMost(SOON);
        assertThat(ask("select count(*)::text from api_key where id = '" + id + "'"))
                .isEqualTo("1");
        upkeep.forget(Instant.now().plus(ApiKeyUpkeep.KEPT_AFTER_ITS_END).plusSeconds(60))
                .await()
                .atMost(SOON);
        assertThat(ask("select count(*)::text from api_key where id = '" + id + "'"))
                .isEqualTo("0");
    }

    private String grants() {
        return "/v1/tenants/" + tenant + "/grants";
    }

    private ValidatableResponse with(String key) {
        return given().headers(Map.of("x-api-key", key)).get(grants()).then();
    }

    /** A new key, once the service under test has heard of it. */
    private String usable(TestClient maker, String body) {
        String key = maker.post(path, body).statusCode(201).extract().path("key");
        await().atMost(SOON).until(() -> with(key).extract().statusCode() == 200);
        return key;
    }

    private String ask(String sql) {
        return sessions.withSession(
                        session -> session.createNativeQuery(sql, String.class).getSingleResult())
                .await()
                .atMost(SOON);
    }
}
