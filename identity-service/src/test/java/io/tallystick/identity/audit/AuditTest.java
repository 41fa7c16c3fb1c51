package io.tallystick.identity.audit;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.identity.actor.Transactions;
import io.tallystick.identity.grant.GrantMaker;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.hibernate.reactive.mutiny.Mutiny;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every change leaves its entry, and nobody takes one away unseen. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class AuditTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final TestClient operator = TestClient.operator();
    private final TestClient owner = TestClient.random();
    private final TestClient client = TestClient.random();
    private String tenant;

    @Inject
    Mutiny.SessionFactory sessions;

    @Inject
    Transactions transactions;

    @BeforeEach
    void aTenantWithAClient() {
        tenant = operator.newTenant();
        operator.register(tenant, owner.did(), "provider", "owner").statusCode(201);
        owner.register(tenant, client.did(), "client", "client").statusCode(201);
    }

    @Test
    void eachChangeSaysWhoDidWhatAndWhatItWasBefore() {
        owner.delete("/v1/tenants/" + tenant + "/identities/" + client.did()).statusCode(200);

        var log = audit("").statusCode(200);
        log.body("entries.seq", contains(1, 2, 3, 4))
                .body(
                        "entries.action",
                        contains("tenant.created", "identity.created", "identity.created", "identity.changed"))
                .body("entries.subject", contains(tenant, owner.did(), client.did(), client.did()))
                .body("entries.actor.did", contains(operator.did(), operator.did(), owner.did(), owner.did()))
                .body("entries.actor.tenant", contains("installation", "installation", tenant, tenant))
                .body("entries[0].before", nullValue())
                .body("entries[0].after.name", equalTo("Tenant " + tenant))
                .body("entries[3].before.revoked_at", nullValue())
                .body("entries[3].after.roles", equalTo("client"));
        assertThat(log.extract().<String>path("entries[3].after.revoked_at")).isNotNull();
    }

    @Test
    void apiKeysDidsAndSigningKeysAreLoggedWithoutTheirSecrets() {
        String key = client.post("/v1/tenants/" + tenant + "/api-keys", "{}")
                .statusCode(201)
                .extract()
                .path("key");
        owner.post(
                        "/v1/tenants/" + tenant + "/dids",
                        "{\"name\":\"billing\",\"keys\":[\"%s\"]}"
                                .formatted(owner.did().substring("did:key:".length())))
                .statusCode(201);

        var text = audit("&action=api-key.created")
                        .body("entries", hasSize(1))
                        .extract()
                        .asString()
                + audit("&action=did.created")
                        .body("entries", hasSize(1))
                        .extract()
                        .asString();
        assertThat(text).contains(key.substring(4, 20)).doesNotContain(key.substring(21, 64), "sealed");
        assertThat(text).doesNotContain(scalar("select hash from api_key where tenant = '" + tenant + "'"));

        var ofInstallation = operator.get("/v1/tenants/installation/audit?action=signing-key.created")
                .body("entries.actor.did", hasItem(Transactions.ITSELF))
                .extract()
                .asString();
        assertThat(ofInstallation).contains("public_key").doesNotContain("sealed");
    }

    @Test
    void aChangeByAnApiKeyNamesTheKey() {
        String key = client.post("/v1/tenants/" + tenant + "/api-keys", "{}")
                .extract()
                .path("key");
        var grants = "/v1/tenants/" + tenant + "/grants";
        await().atMost(SOON)
                .until(() -> given().header("x-api-key", key).get(grants).statusCode() == 200);
        given().header("x-api-key", key)
                .contentType("application/jwt")
                .body(new GrantMaker(tenant, Instant.now())
                        .root(client, TestClient.random())
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .post(grants)
                .then()
                .statusCode(201);

        audit("&action=grant.created")
                .body("entries", hasSize(1))
                .body("entries[0].actor.did", equalTo(client.did()))
                .body("entries[0].actor.apiKey", equalTo(key.substring(4, 20)));
    }

    @Test
    void bookkeepingIsNoChange() {
        client.post("/v1/tenants/" + tenant + "/api-keys", "{}").statusCode(201);
        run("update api_key set told_at = now() where tenant = '" + tenant + "'");

        audit("&action=api-key.changed").body("entries", empty());
        // The first access token of the owner and of the client were noted in their rows.
        audit("&action=identity.changed").body("entries", empty());
    }

    @Test
    void pagesAndFilters() {
        audit("&limit=1").body("entries.seq", contains(1));
        audit("&after=1").body("entries.seq", contains(2, 3));
        audit("&actor=" + owner.did()).body("entries.seq", contains(3));
        audit("&since=" + Instant.now().plusSeconds(60)).body("entries", empty());
        audit("&until=" + Instant.now().plusSeconds(60)).body("entries", hasSize(3));
        audit("&since=2026-02-30T00:00:00Z").statusCode(400);
        audit("&limit=101").statusCode(400);
    }

    @Test
    void anAuditorReadsItAndWritesNothing() {
        var auditor = TestClient.random();
        owner.register(tenant, auditor.did(), "service", "auditor").statusCode(201);

        auditor.get("/v1/tenants/" + tenant + "/audit").statusCode(200).body("entries", hasSize(4));
        auditor.get("/v1/tenants/" + tenant + "/identities").statusCode(200).body("identities", hasSize(3));
        auditor.get("/v1/tenants/" + tenant + "/workloads").statusCode(200);
        auditor.post("/v1/tenants/" + tenant + "/api-keys", "{}").statusCode(403);
        auditor.post("/v1/tenants/" + tenant + "/workloads", "{}").statusCode(403);
        auditor.register(tenant, TestClient.random().did(), "client", "client").statusCode(403);
    }

    @Test
    void tenantCrossing() {
        var stranger = TestClient.random();
        var other = operator.newTenant();
        operator.register(other, stranger.did(), "provider", "owner").statusCode(201);

        stranger.get("/v1/tenants/" + tenant + "/audit").statusCode(403).body("type", endsWith("other-tenant"));
        stranger.get("/v1/tenants/" + tenant + "/audit/check").statusCode(403);
        stranger.get("/v1/tenants/installation/audit").statusCode(403);
        client.get("/v1/tenants/" + tenant + "/audit").statusCode(403).body("type", endsWith("insufficient-scope"));
        stranger.get("/v1/tenants/" + other + "/audit").body("entries.tenant", everyItem(equalTo(other)));
        operator.get("/v1/tenants/" + tenant + "/audit").statusCode(200).body("entries", hasSize(3));
    }

    @Test
    void anEntryAlteredOrDeletedIsRefusedByTheDatabase() {
        for (var sql : List.of(
                "update audit_entry set actor_did = 'did:key:zOther' where tenant = '" + tenant + "'",
                "delete from audit_entry where tenant = '" + tenant + "'",
                "truncate audit_entry",
                "delete from audit_head where tenant = '" + tenant + "'",
                "truncate audit_head")) {
            assertThatThrownBy(() -> run(sql)).as(sql).hasMessageContaining("only added to");
        }
        check().body("whole", equalTo(true)).body("last", equalTo(3)).body("checkedTo", equalTo(3));
    }

    /** A superuser who turns the triggers off. */
    @Test
    void anEntryAlteredBehindTheTriggersShows() {
        behindTheTriggers(
                "update audit_entry set actor_did = 'did:key:zOther' where tenant = '" + tenant + "' and seq = 2");

        check().body("whole", equalTo(false)).body("firstBroken", equalTo(2));
    }

    @Test
    void anEntryRemovedBehindTheTriggersShows() {
        behindTheTriggers("delete from audit_entry where tenant = '" + tenant + "' and seq = 2");

        check().body("whole", equalTo(false)).body("firstBroken", equalTo(3));
    }

    @Test
    void theEndCutOffBehindTheTriggersShows() {
        behindTheTriggers("delete from audit_entry where tenant = '" + tenant + "' and seq = 3");

        check().body("whole", equalTo(false)).body("firstBroken", equalTo(3));
        owner.register(tenant, TestClient.random().did(), "client", "client").statusCode(201);
        check().body("whole", equalTo(false));
    }

    @Test
    void anEntryWithAHashOfItsOwnShowsInTheNext() {
        behindTheTriggers(
                "update audit_entry set actor_did = 'did:key:zOther' where tenant = '" + tenant + "' and seq = 2");
        behindTheTriggers("update audit_entry e set hash = audit_hash(e) where tenant = '" + tenant + "' and seq = 2");

        check().body("whole", equalTo(false)).body("firstBroken", equalTo(3));
    }

    @Test
    void aFailedChangeLeavesNoEntry() {
        var did = TestClient.random().did();
        var change = transactions.run(session -> session.createNativeQuery("insert into identity "
                        + "(tenant, did, kind, roles, name, registered_at) values "
                        + "('" + tenant + "', '" + did + "', 'client', 'client', '', now())")
                .executeUpdate()
                .onItem()
                .failWith(() -> new IllegalStateException("changed its mind")));

        assertThatThrownBy(() -> change.await().atMost(SOON)).hasMessageContaining("changed its mind");
        audit("").body("entries", hasSize(3));
    }

    @Test
    void anAuditFailureLeavesNoChange() {
        var did = TestClient.random().did();
        run("alter table audit_entry add constraint full_disk check (tenant <> '" + tenant + "') not valid");
        try {
            owner.register(tenant, did, "client", "client").statusCode(500);
        } finally {
            run("alter table audit_entry drop constraint full_disk");
        }
        owner.get("/v1/tenants/" + tenant + "/identities")
                .body("identities.did", containsInAnyOrder(owner.did(), client.did()));
        audit("").body("entries", hasSize(3));
    }

    @Test
    void whatSomebodyChangesByHandHasNoActor() {
        run("update identity set name = 'by hand' where tenant = '" + tenant + "' and did = '" + client.did() + "'");

        audit("&action=identity.changed")
                .body("entries.actor.did", contains(""))
                .body("entries[0].after.name", equalTo("by hand"));
    }

    private ValidatableResponse audit(String filter) {
        return owner.get("/v1/tenants/" + tenant + "/audit?x=" + filter);
    }

    private ValidatableResponse check() {
        return owner.get("/v1/tenants/" + tenant + "/audit/check").statusCode(200);
    }

    private void behindTheTriggers(String sql) {
        sessions.withTransaction(session -> session.createNativeQuery("set local session_replication_role = replica")
                        .executeUpdate()
                        .chain(() -> session.createNativeQuery(sql).executeUpdate()))
                .await()
                .atMost(SOON);
    }

    private void run(String sql) {
        sessions.withTransaction(session -> session.createNativeQuery(sql).executeUpdate())
                .await()
                .atMost(SOON);
    }

    private String scalar(String sql) {
        return sessions.withSession(
                        session -> session.createNativeQuery(sql, String.class).getSingleResult())
                .await()
                .atMost(SOON);
    }
}
