package io.tallystick.identity.grant;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.EcTestKey;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.identity.did.KeyType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a tenant's clients and owners see on the wire, on the real database. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class GrantResourceTest {
    private static final String SERVICE = "identity-service";

    private final TestClient operator = TestClient.operator();
    private final TestClient owner = TestClient.random();
    private final TestClient client = TestClient.random();
    private final TestClient agent = TestClient.random();
    private String tenant;
    private GrantMaker maker;

    @BeforeEach
    void aTenantWithAClient() {
        tenant = operator.newTenant();
        operator.register(tenant, owner.did(), "provider", "owner").statusCode(201);
        owner.register(tenant, client.did(), "client", "client").statusCode(201);
        maker = new GrantMaker(tenant, Instant.now());
    }

    @Test
    void aClientSubmitsAGrantAndItsRetryIsAnsweredAlike() {
        var text = maker.root(client, agent);

        submit(client, text)
                .statusCode(201)
                .body("jti", equalTo(GrantMaker.read(text).jti()))
                .body("digest", equalTo(GrantVerifier.digest(text)))
                .body("client", equalTo(client.did()))
                .body("agent", equalTo(agent.did()))
                .body("agentKey", equalTo(GrantMaker.keyOf(agent.did())))
                .body("budget", equalTo("1000000"))
                .body("cap", equalTo("5000"))
                .body("payees", equalTo(List.of(tenant)))
                .body("jwt", equalTo(text))
                .body("parent", nullValue())
                .body("revokedAt", nullValue());
        submit(client, text).statusCode(200).body("jwt", equalTo(text));
        submit(owner, text).statusCode(200);
    }

    @Test
    void anAgentPassesOnLessAndTheOwnerSubmitsIt() {
        var root = maker.root(client, agent);
        var below = TestClient.random();
        var child = maker.child(root, agent, below);

        submit(owner, child).statusCode(422).body("type", endsWith("/problems/unknown-parent"));
        submit(client, root).statusCode(201);
        submit(owner, child)
                .statusCode(201)
                .body("parent", equalTo(GrantMaker.read(root).jti()))
                .body("client", equalTo(client.did()));
        submit(client, maker.child(child, below, TestClient.random())).statusCode(201);
    }

    @Test
    void anotherTextOfTheSameNameIsAConflict() {
        var jti = GrantMaker.jti();
        submit(client, GrantMaker.signed(client, maker.claims(client.did(), agent.did(), jti)))
                .statusCode(201);

        submit(
                        client,
                        GrantMaker.signed(
                                client,
                                maker.claims(client.did(), agent.did(), jti)
                                        .replace("\"budget\":\"1000000\"", "\"budget\":\"2000000\"")))
                .statusCode(409)
                .body("type", endsWith("/problems/grant-exists"));
    }

    /** ECDSA gives everyone a second signature of the same content; it makes no second budget. */
    @Test
    void malleableSMakesNoSecondGrant() {
        var key = new EcTestKey(KeyType.SECP256K1);
        owner.register(tenant, key.did(), "client", "client").statusCode(201);
        var text = GrantMaker.signed(key, KeyType.SECP256K1, maker.claims(key.did(), agent.did(), GrantMaker.jti()));
        submit(owner, text).statusCode(201);

        submit(owner, key.malleated(text)).statusCode(409);
    }

    @Test
    void aTextThatIsNoGrantIsToldWhy() {
        submit(client, "nonsense")
                .statusCode(422)
                .contentType("application/problem+json")
                .body("type", endsWith("/problems/invalid-grant"))
                .body("detail", equalTo("Sign another grant: not three parts joined by dots."));
        submit(client, client.assertion()).statusCode(422);
        submit(client, "x".repeat(9000)).statusCode(422);
        submit(client, "").statusCode(422);
        given().auth()
                .oauth2(client.token(SERVICE))
                .contentType("application/json")
                .body("{}")
                .post(path())
                .then()
                .statusCode(415);
    }

    @Test
    void wideningIsRefusedAndToldInWhat() {
        var root = maker.root(client, agent);
        submit(client, root).statusCode(201);
        var claims = maker.childClaims(root, agent.did(), TestClient.random().did());

        submit(
                        owner,
                        GrantMaker.signed(
                                agent,
                                claims.replace("\"budget\":\"1000000\"", "\"budget\":\"1000001\"")
                                        .replace("\"depth\":2", "\"depth\":3")
                                        .replace("[\"" + tenant + "\"]", "[\"" + tenant + "\",\"other\"]")))
                .statusCode(422)
                .body("type", endsWith("/problems/grant-exceeds-parent"))
                .body("errors.pointer", equalTo(List.of("/budget", "/payees", "/depth")));
    }

    @Test
    void outlivingAndOutspendingItsParentIsRefused() {
        var root = maker.root(client, agent);
        submit(client, root).statusCode(201);
        var claims = maker.childClaims(root, agent.did(), TestClient.random().did());
        var exp = maker.now().getEpochSecond() + 3600;

        submit(owner, GrantMaker.signed(agent, claims.replace("\"exp\":" + exp, "\"exp\":" + (exp + 1))))
                .statusCode(422)
                .body("errors.pointer", equalTo(List.of("/exp")));
        submit(owner, GrantMaker.signed(agent, claims.replace("\"cap\":\"5000\"", "\"cap\":\"5001\"")))
                .statusCode(422)
                .body("errors.pointer", equalTo(List.of("/cap")));
        submit(owner, GrantMaker.signed(agent, claims.replace("84532", "8453")))
                .statusCode(422)
                .body("errors.pointer", equalTo(List.of("/asset")));
    }

    @Test
    void aChildThatItsParentsAgentDidNotSignIsRefused() {
        var root = maker.root(client, agent);
        submit(client, root).statusCode(201);
        var stranger = TestClient.random();

        submit(owner, GrantMaker.signed(stranger, maker.childClaims(root, stranger.did(), agent.did())))
                .statusCode(422)
                .body("type", endsWith("/problems/not-the-parents-agent"));
        submit(owner, GrantMaker.signed(client, maker.childClaims(root, client.did(), agent.did())))
                .statusCode(422)
                .body("type", endsWith("/problems/not-the-parents-agent"));
    }

    /** A loop needs a text that holds its own digest; one that names a wrong digest hangs nowhere. */
    @Test
    void loopingIsRefused() {
        var root = maker.root(client, agent);
        submit(client, root).statusCode(201);
        var child = maker.child(root, agent, client);
        submit(client, child).statusCode(201);
        var back = maker.childClaims(child, client.did(), agent.did());

        var digest = GrantMaker.read(child).digest();
        submit(client, GrantMaker.signed(client, back.replace(digest, GrantVerifier.digest("x"))))
                .statusCode(422)
                .body("type", endsWith("/problems/unknown-parent"));
        var jti = GrantMaker.read(child).jti();
        submit(client, GrantMaker.signed(client, back.replaceFirst("\"jti\":\"[^\"]+\"", "\"jti\":\"" + jti + "\"")))
                .statusCode(409)
                .body("type", endsWith("/problems/grant-exists"));
    }

    @Test
    void revokingIsForGoodAndTakesAllBelowWithIt() {
        var root = maker.root(client, agent);
        var middle = TestClient.random();
        var child = maker.child(root, agent, middle);
        var grandchild = maker.child(child, middle, TestClient.random());
        var sister = maker.child(root, agent, TestClient.random());
        for (var text : List.of(root, child, grandchild, sister)) {
            submit(owner, text).statusCode(201);
        }

        revoke(client, child).statusCode(200).body("revokedAt", notNullValue());
        var first = revoke(client, child).statusCode(200).extract().<String>path("revokedAt");

        get(client, grandchild).statusCode(200).body("revokedAt", equalTo(first));
        get(client, root).body("revokedAt", nullValue());
        get(client, sister).body("revokedAt", nullValue());
        submit(owner, child).statusCode(200).body("revokedAt", equalTo(first));
        submit(owner, maker.child(child, middle, TestClient.random()))
                .statusCode(409)
                .body("type", endsWith("/problems/parent-revoked"));
        revoke(owner, root).statusCode(200);
        get(owner, sister).body("revokedAt", notNullValue());
        get(owner, grandchild).body("revokedAt", equalTo(first));
    }

    @Test
    void anAgentRevokesWhatItPassedOnAndNotWhatItWasGiven() {
        owner.register(tenant, agent.did(), "agent", "client").statusCode(201);
        var root = maker.root(client, agent);
        var child = maker.child(root, agent, TestClient.random());
        submit(client, root).statusCode(201);
        submit(agent, child).statusCode(201);

        revoke(agent, root).statusCode(403).body("type", endsWith("/problems/not-your-grant"));
        revoke(agent, child).statusCode(200);
    }

    @Test
    void aClientSeesAndTouchesItsOwnOnly() {
        var other = TestClient.random();
        owner.register(tenant, other.did(), "client", "client").statusCode(201);
        var mine = maker.root(client, agent);
        var theirs = maker.root(other, agent);
        submit(other, mine).statusCode(403).body("type", endsWith("/problems/not-your-grant"));
        submit(client, mine).statusCode(201);
        submit(other, theirs).statusCode(201);

        submit(other, mine).statusCode(403);
        get(other, mine).statusCode(404).body("type", endsWith("/problems/unknown-grant"));
        revoke(other, mine).statusCode(404);
        client.get(path())
                .statusCode(200)
                .body("grants.jti", equalTo(List.of(GrantMaker.read(mine).jti())))
                .body("grants[0].jwt", nullValue());
        owner.get(path())
                .statusCode(200)
                .body(
                        "grants.jti",
                        hasItems(
                                GrantMaker.read(mine).jti(),
                                GrantMaker.read(theirs).jti()));
    }

    @Test
    void aListIsReadPageByPage() {
        for (int i = 0; i < 3; i++) {
            submit(client, maker.root(client, agent)).statusCode(201);
        }
        var seen = new ArrayList<String>();
        for (var after = ""; after != null; ) {
            List<String> page = client.get(path() + "?limit=2&after=" + after)
                    .statusCode(200)
                    .extract()
                    .path("grants.jti");
            seen.addAll(page);
            after = page.isEmpty() ? null : page.getLast();
        }

        assertThat(seen).hasSize(3).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void tenantCrossingIsRefused() {
        var theirs = operator.newTenant();
        var theirOwner = TestClient.random();
        operator.register(theirs, theirOwner.did(), "provider", "owner").statusCode(201);
        // Anyone may register any DID; that gives no one what the client signed for another.
        theirOwner.register(theirs, client.did(), "client", "client").statusCode(201);
        var root = maker.root(client, agent);
        submit(owner, root).statusCode(201);
        var elsewhere = "/v1/tenants/" + theirs + "/grants";

        post(theirOwner, elsewhere, root)
                .statusCode(422)
                .body("type", endsWith("/problems/invalid-grant"))
                .body("detail", endsWith("/v1/tenants/" + theirs + "."));
        var otherMaker = new GrantMaker(theirs, Instant.now());
        post(theirOwner, elsewhere, otherMaker.child(root, agent, TestClient.random()))
                .statusCode(422)
                .body("type", endsWith("/problems/unknown-parent"));
        get(theirOwner, root).statusCode(403).body("type", endsWith("/problems/other-tenant"));
        theirOwner.get(elsewhere + "/" + GrantMaker.read(root).jti()).statusCode(404);
        theirOwner.delete(elsewhere + "/" + GrantMaker.read(root).jti()).statusCode(404);
        revoke(theirOwner, root).statusCode(403);
        theirOwner.get(elsewhere).statusCode(200).body("grants", hasSize(0));
    }

    @Test
    void whoIsNoClientOfTheTenantGivesNothing() {
        var stranger = TestClient.random();

        submit(owner, maker.root(stranger, agent))
                .statusCode(422)
                .body("type", endsWith("/problems/client-not-registered"));
        submit(owner, maker.root(owner, agent)).statusCode(422);
        operator.delete("/v1/tenants/" + tenant + "/identities/" + client.did()).statusCode(200);
        submit(owner, maker.root(client, agent)).statusCode(422);
    }

    @Test
    void anAgentWhoseAccessWasWithdrawnIsGivenNothing() {
        owner.register(tenant, agent.did(), "agent", "client").statusCode(201);
        owner.delete("/v1/tenants/" + tenant + "/identities/" + agent.did()).statusCode(200);

        submit(client, maker.root(client, agent)).statusCode(409).body("type", endsWith("/problems/agent-revoked"));
    }

    /** Whoever comes first: after both, no child of a revoked grant is left that is not revoked. */
    @Test
    void aChildAndItsParentsRevocationTakeTurns() throws Exception {
        var token = owner.token(SERVICE);
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (int round = 0; round < 10; round++) {
                var root = maker.root(client, agent);
                submit(owner, root).statusCode(201);
                var calls = new ArrayList<Callable<Integer>>();
                var children = new ArrayList<String>();
                for (int i = 0; i < 7; i++) {
                    var child = maker.child(root, agent, TestClient.random());
                    children.add(child);
                    calls.add(() -> post(token, path(), child).extract().statusCode());
                }
                calls.add(3, () -> given().auth()
                        .oauth2(token)
                        .delete(path() + "/" + GrantMaker.read(root).jti())
                        .statusCode());

                for (var answer : threads.invokeAll(calls)) {
                    assertThat(answer.get()).isIn(200, 201, 409);
                }
                for (var child : children) {
                    var answer = get(owner, child).extract();
                    assertThat(answer.statusCode() == 404 || answer.path("revokedAt") != null)
                            .as("no child outlives its parent")
                            .isTrue();
                }
            }
        }
    }

    @Test
    void aTreeHasABound() {
        var root = maker.root(client, agent);
        submit(client, root).statusCode(201);
        var token = owner.token(SERVICE);
        for (int i = 1; i < IdentityStack.TREE_SIZE; i++) {
            post(token, path(), maker.child(root, agent, TestClient.random())).statusCode(201);
        }

        post(token, path(), maker.child(root, agent, TestClient.random()))
                .statusCode(409)
                .body("type", endsWith("/problems/grant-tree-full"));
    }

    @Test
    void aClientHasABoundThatRevokingMakesRoomIn() {
        var token = owner.token(SERVICE);
        var last = "";
        for (int i = 0; i < IdentityStack.GRANTS_PER_CLIENT; i++) {
            last = maker.root(client, agent);
            post(token, path(), last).statusCode(201);
        }
        post(token, path(), maker.root(client, agent))
                .statusCode(409)
                .body("type", endsWith("/problems/too-many-grants"));

        revoke(client, last).statusCode(200);
        submit(client, maker.root(client, agent)).statusCode(201);
    }

    @Test
    void withoutTheScopeThereIsNothingToSee() {
        given().get(path()).then().statusCode(401);
        operator.get(path()).statusCode(403).body("type", endsWith("/problems/insufficient-scope"));
    }

    private String path() {
        return "/v1/tenants/" + tenant + "/grants";
    }

    private ValidatableResponse submit(TestClient who, String text) {
        return post(who.token(SERVICE), path(), text);
    }

    private ValidatableResponse post(TestClient who, String path, String text) {
        return post(who.token(SERVICE), path, text);
    }

    private static ValidatableResponse post(String token, String path, String text) {
        return given().auth()
                .oauth2(token)
                .contentType("application/jwt")
                .body(text.getBytes(StandardCharsets.UTF_8))
                .post(path)
                .then();
    }

    private ValidatableResponse get(TestClient who, String text) {
        return who.get(path() + "/" + GrantMaker.read(text).jti());
    }

    private ValidatableResponse revoke(TestClient who, String text) {
        return who.delete(path() + "/" + GrantMaker.read(text).jti());
    }
}
