package io.tallystick.identity.wallet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.hibernate.reactive.mutiny.Mutiny;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How accounts are linked on the wire, and who cannot, on the real database. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class WalletResourceTest {
    private final TestClient operator = TestClient.operator();
    private final TestClient owner = TestClient.random();
    private final TestClient client = TestClient.random();
    private final TestWallet wallet = TestWallet.random();
    private String tenant;

    @Inject
    Mutiny.SessionFactory sessions;

    @BeforeEach
    void aTenantWithAClient() {
        tenant = tenantOf(owner, client);
    }

    private String tenantOf(TestClient provider, TestClient... clients) {
        var id = operator.newTenant();
        operator.register(id, provider.did(), "provider", "owner").statusCode(201);
        for (var one : clients) {
            operator.register(id, one.did(), "client", "client").statusCode(201);
        }
        return id;
    }

    private String path() {
        return "/v1/tenants/" + tenant + "/wallets";
    }

    private JsonPath challenge(TestClient who, TestWallet of) {
        return ask(who, of).statusCode(201).extract().jsonPath();
    }

    private ValidatableResponse ask(TestClient who, TestWallet of) {
        return who.post(
                path() + "/challenges",
                new JsonObject().put("account", of.caip()).encode());
    }

    private ValidatableResponse link(TestClient who, String message, String signature) {
        return who.post(
                path(),
                new JsonObject()
                        .put("message", message)
                        .put("signature", signature)
                        .encode());
    }

    private ValidatableResponse link(TestClient who, TestWallet of) {
        String message = challenge(who, of).getString("message");
        return link(who, message, of.personalSign(message));
    }

    @Test
    void aClientLinksItsAccountAndLinkingAgainChangesNothing() {
        var asked = challenge(client, wallet);
        String message = asked.getString("message");
        assertThat(message)
                .startsWith("http://identity.test wants you to sign in with your Ethereum account:\n"
                        + wallet.account().checksummed() + "\n\n")
                .contains("\nURI: http://identity.test\nVersion: 1\nChain ID: 84532\nNonce: " + asked.getString("nonce")
                        + "\n")
                .endsWith("\nResources:\n- " + client.did() + "\n- http://identity.test/v1/tenants/" + tenant);
        assertThat(Duration.between(Instant.now(), Instant.parse(asked.getString("expiresAt"))))
                .isBetween(Duration.ofMinutes(4), Duration.ofMinutes(5));
        var signature = wallet.personalSign(message);

        link(client, message, signature)
                .statusCode(201)
                .body("account", equalTo(wallet.account().id()))
                .body("did", equalTo(client.did()))
                .body("alsoKnownAs", equalTo("did:pkh:" + wallet.account().id()))
                .body("proof.kind", equalTo("eip191"))
                .body("proof.signed", equalTo(message))
                .body("proof.signature", equalTo(signature))
                .body("proof.contract", equalTo(false))
                .body("unlinkedAt", nullValue());
        link(client, wallet).statusCode(200).body("proof.signed", equalTo(message));
        owner.get("/v1/tenants/" + tenant + "/audit?action=wallet.created")
                .body("entries.subject", equalTo(List.of(wallet.account().id())))
                .body("entries.actor.did", equalTo(List.of(client.did())))
                .body("entries[0].after.signature", nullValue());
    }

    @Test
    void aClientSeesItsOwnAnOwnerAllAndALinkEnds() {
        var other = TestClient.random();
        operator.register(tenant, other.did(), "client", "client").statusCode(201);
        link(client, wallet).statusCode(201);
        link(other, TestWallet.random()).statusCode(201);
        var one = path() + "/" + wallet.caip();

        client.get(path()).statusCode(200).body("wallets.did", equalTo(List.of(client.did())));
        client.get(path() + "?did=" + other.did()).statusCode(403).body("type", endsWith("/not-your-wallets"));
        owner.get(path()).body("wallets", hasSize(2)).body("wallets[0].proof", nullValue());
        owner.get(path() + "?did=" + other.did()).body("wallets.did", equalTo(List.of(other.did())));
        var first = owner.get(path() + "?limit=1").body("wallets", hasSize(1)).extract();
        owner.get(path() + "?after=" + first.path("wallets[0].account")).body("wallets", hasSize(1));
        client.get(one).statusCode(200).body("proof.signed", notNullValue());
        other.get(one).statusCode(404);
        other.delete(one).statusCode(404).body("type", endsWith("/problems/unknown-wallet"));

        client.delete(one).statusCode(200).body("unlinkedAt", notNullValue());
        client.delete(one).statusCode(200);
        client.get(path()).body("wallets", hasSize(0));
        link(other, wallet).statusCode(201);
        client.get(one).statusCode(404);
        owner.delete(one).statusCode(200).body("did", equalTo(other.did()));
    }

    @Test
    void aReplayedNonceIsRefused() {
        String message = challenge(client, wallet).getString("message");
        var signature = wallet.personalSign(message);
        link(client, message, signature).statusCode(201);
        client.delete(path() + "/" + wallet.caip()).statusCode(200);

        link(client, message, signature).statusCode(422).body("type", endsWith("/problems/unknown-challenge"));
    }

    /** Of many at once that use one nonce, one does. */
    @Test
    void aNonceThatIsUsedManyTimesAtOnceIsUsedOnce() throws Exception {
        String message = challenge(client, wallet).getString("message");
        var signature = wallet.personalSign(message);
        var bearer = client.token("identity-service");
        var body = new JsonObject()
                .put("message", message)
                .put("signature", signature)
                .encode();
        var tries = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < 8; i++) {
            tries.add(() -> io.restassured.RestAssured.given()
                    .auth()
                    .oauth2(bearer)
                    .contentType("application/json")
                    .body(body)
                    .post(path())
                    .statusCode());
        }
        try (var threads = Executors.newFixedThreadPool(8)) {
            var answers = new ArrayList<Integer>();
            for (var done : threads.invokeAll(tries)) {
                answers.add(done.get());
            }
            assertThat(answers).containsOnlyOnce(201).contains(422).doesNotContain(200);
        }
    }

    /** A wrong signature costs the nonce: nobody tries signatures until one fits. */
    @Test
    void aNonceIsUsedUpByAWrongSignature() {
        String message = challenge(client, wallet).getString("message");
        link(client, message, TestWallet.random().personalSign(message))
                .statusCode(422)
                .body("type", endsWith("/problems/contract-wallet-not-checked"))
                .body("detail", containsString("tallystick.identity.wallets.rpc.\"84532\""));

        link(client, message, wallet.personalSign(message))
                .statusCode(422)
                .body("type", endsWith("/unknown-challenge"));
    }

    @Test
    void aMessageForAnotherDomainDidTenantOrChainIsRefused() {
        var stranger = TestClient.random();
        for (var change : List.of(
                List.of("http://identity.test wants", "http://attacker.test wants"),
                List.of("URI: http://identity.test", "URI: http://attacker.test"),
                List.of(client.did(), stranger.did()),
                List.of("/tenants/" + tenant, "/tenants/other"),
                List.of("Chain ID: 84532", "Chain ID: 1"),
                List.of(
                        wallet.account().checksummed(),
                        TestWallet.random().account().checksummed()),
                List.of("Expiration Time: 20", "Expiration Time: 19"),
                List.of("Issued At: 20", "Issued At: 21"))) {
            String message = challenge(client, wallet).getString("message");
            assertThat(message).contains(change.getFirst());
            var changed = message.replace(change.getFirst(), change.getLast());

            link(client, changed, wallet.personalSign(changed))
                    .statusCode(422)
                    .body("type", endsWith("/problems/wallet-not-proven"));
        }
        client.get(path()).body("wallets", hasSize(0));
    }

    @Test
    void anotherDidsChallengeIsNobodyElses() {
        var other = TestClient.random();
        operator.register(tenant, other.did(), "client", "client").statusCode(201);
        String message = challenge(client, wallet).getString("message");
        var signature = wallet.personalSign(message);

        // Neither as it is, nor does it use up what is the other's.
        link(other, message, signature).statusCode(422).body("type", endsWith("/problems/unknown-challenge"));
        link(client, message, signature).statusCode(201);
        link(other, wallet).statusCode(409).body("type", endsWith("/problems/wallet-linked-elsewhere"));
    }

    @Test
    void oneTenantsChallengeIsNotAnothers() {
        var second = TestClient.random();
        var elsewhere = tenantOf(second);
        String message = challenge(client, wallet).getString("message");
        var body = new JsonObject()
                .put("message", message)
                .put("signature", wallet.personalSign(message))
                .encode();

        client.post("/v1/tenants/" + elsewhere + "/wallets", body).statusCode(403);
        client.get("/v1/tenants/" + elsewhere + "/wallets").statusCode(403);
        second.get(path()).statusCode(403);
        second.delete(path() + "/" + wallet.caip()).statusCode(403);
        second.post("/v1/tenants/" + elsewhere + "/wallets", body)
                .statusCode(422)
                .body("type", endsWith("/problems/unknown-challenge"));
        // The same account with another tenant is another link.
        link(client, wallet).statusCode(201);
        tenant = elsewhere;
        link(second, wallet).statusCode(201);
    }

    @Test
    void anExpiredChallengeIsRefused() {
        String message = challenge(client, wallet).getString("message");
        sessions.withTransaction(session -> session.createNativeQuery("update wallet_challenge "
                                + "set issued_at = now() - interval '6 minutes', expires_at = now() - interval '1 second'"
                                + " where did = '" + client.did() + "'")
                        .executeUpdate())
                .await()
                .atMost(Duration.ofSeconds(10));

        link(client, message, wallet.personalSign(message))
                .statusCode(422)
                .body("type", endsWith("/unknown-challenge"));
    }

    @Test
    void openChallengesAreBounded() {
        for (int i = 0; i < 10; i++) {
            challenge(client, TestWallet.random());
        }

        ask(client, wallet)
                .statusCode(429)
                .header("Retry-After", matchesPattern("[1-9][0-9]{1,2}"))
                .body("type", endsWith("/problems/too-many-challenges"));
        ask(owner, wallet).statusCode(201);
    }

    @Test
    void accountsOfADidAreBounded() {
        for (int i = 0; i < IdentityStack.WALLETS_PER_DID; i++) {
            link(client, TestWallet.random()).statusCode(201);
        }
        link(client, wallet).statusCode(409).body("type", endsWith("/problems/too-many-wallets"));
    }

    @Test
    void theAccountOfARevokedDidIsFree() {
        var successor = TestClient.random();
        operator.register(tenant, successor.did(), "client", "client").statusCode(201);
        link(client, wallet).statusCode(201);
        link(successor, wallet).statusCode(409);

        owner.delete("/v1/tenants/" + tenant + "/identities/" + client.did()).statusCode(200);
        link(successor, wallet).statusCode(201).body("did", equalTo(successor.did()));
        owner.get(path()).body("wallets.did", equalTo(List.of(successor.did())));
    }

    @Test
    void anEoaSignatureForAContractAccountIsRefused() {
        // The node that would ask the contract is away, which is no reason to believe.
        var contract = TestWallet.random().onChain(IdentityStack.SILENT_CHAIN);
        String message = challenge(client, contract).getString("message");
        link(client, message, wallet.personalSign(message)).statusCode(503).header("Retry-After", notNullValue());
        client.get(path()).body("wallets", hasSize(0));
    }

    @Test
    void malleableSAndZerosAreRefused() {
        var order = new java.math.BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
        String message = challenge(client, wallet).getString("message");
        var right = wallet.personalSign(message);
        var s = new java.math.BigInteger(right.substring(66, 130), 16);
        var high = right.substring(0, 66) + "%064x".formatted(order.subtract(s)) + (right.endsWith("1b") ? "1c" : "1b");
        link(client, message, high).statusCode(422);

        for (var wrong : List.of("0x" + "00".repeat(64) + "1b", right.substring(0, 66) + "00".repeat(32) + "1b")) {
            String another = challenge(client, wallet).getString("message");
            link(client, another, wrong).statusCode(422);
        }
        client.get(path()).body("wallets", hasSize(0));
    }

    /** What a wallet is asked to sign is asked of the wallet: nothing here signs. */
    @Test
    void theServerIsNoSigningOracle() {
        var answer = ask(client, wallet).statusCode(201).extract().body().asString();
        assertThat(new JsonObject(answer).fieldNames())
                .containsExactlyInAnyOrder("nonce", "expiresAt", "message", "typedData");
        assertThat(answer).doesNotContain("signature").doesNotContainPattern("0x[0-9a-f]{130}");
        client.post(path() + "/challenges", "{\"account\":\"" + wallet.caip() + "\",\"message\":\"sign this\"}")
                .body("message", org.hamcrest.Matchers.not(containsString("sign this")));
    }

    @Test
    void whatCannotBeReadIsToldWhy() {
        for (var wrong : List.of(
                "eip155:84532:0x1234",
                "solana:x:y",
                wallet.caip() + "\\n",
                wallet.account().id() + "\\nURI: http://attacker.test",
                "eip155:84532:"
                        + wallet.account()
                                .checksummed()
                                .toUpperCase(java.util.Locale.ROOT)
                                .replace("0X", "0x"))) {
            client.post(path() + "/challenges", "{\"account\":\"" + wrong + "\"}")
                    .statusCode(400)
                    .body("errors[0].pointer", equalTo("/account"));
        }
        client.post(path() + "/challenges", "{}").statusCode(400);
        client.post(path(), "{\"signature\":\"0x00\"}").statusCode(400).body("errors[0].pointer", equalTo("/message"));
        client.post(path(), "{\"message\":\"x\",\"nonce\":\"0123456789\",\"signature\":\"0x00\"}")
                .statusCode(400);
        client.post(path(), "{\"message\":\"x\",\"signature\":\"nonsense\"}").statusCode(400);
        client.post(path(), "{\"message\":\"x\",\"signature\":\"0x" + "00".repeat(5_000) + "\"}")
                .statusCode(400);
        link(client, "x", "0x00").statusCode(422).body("type", endsWith("/problems/wallet-not-proven"));
        client.get(path() + "/eip155:1:0x12").statusCode(400);
        client.get(path() + "?after=x").statusCode(400);
    }
}
