package io.tallystick.identity.wallet;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.parsing.Parser;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The document of a DID with a history lists the accounts that are linked to it, as resolvers see it. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class WalletDocumentTest {
    private final TestClient operator = TestClient.operator();
    private final TestClient owner = TestClient.random();
    private final TestWallet wallet = TestWallet.random();
    private String tenant;
    private String did;
    private String key;
    private TestClient client;

    @BeforeEach
    void aClientWithAnIssuedDid() {
        tenant = operator.newTenant();
        operator.register(tenant, owner.did(), "provider", "owner").statusCode(201);
        var holder = TestClient.random();
        key = holder.multibase();
        did = owner.post(
                        "/v1/tenants/" + tenant + "/dids",
                        "{\"name\":\"main\",\"keys\":[\"" + key + "\"],\"portable\":true}")
                .statusCode(201)
                .extract()
                .path("did");
        operator.register(tenant, did, "client", "client").statusCode(201);
        client = holder.as(did);
    }

    private ValidatableResponse link(TestWallet of) {
        var path = "/v1/tenants/" + tenant + "/wallets";
        String message = client.post(path + "/challenges", "{\"account\":\"" + of.caip() + "\"}")
                .statusCode(201)
                .extract()
                .path("message");
        var body = new JsonObject().put("message", message).put("signature", of.personalSign(message));
        return client.post(path, body.encode());
    }

    private ValidatableResponse resolved(String of) {
        return given().accept("application/did")
                .get("/1.0/identifiers/" + of)
                .then()
                .using()
                .parser("application/did", Parser.JSON)
                .statusCode(200);
    }

    @Test
    void anAccountIsListedAndLeavesWithItsLink() {
        var before = client.token("identity-service");
        link(wallet).statusCode(201);

        var method = did + "#" + wallet.account().id().replace(':', '-');
        resolved(did)
                .body(
                        "alsoKnownAs.findAll { it.startsWith('did:pkh:') }",
                        equalTo(List.of(wallet.account().did())))
                .body("verificationMethod", hasSize(2))
                .body("verificationMethod.id", equalTo(List.of(did + "#" + key, method)))
                .body("verificationMethod[1].type", equalTo("EcdsaSecp256k1RecoveryMethod2020"))
                .body(
                        "verificationMethod[1].blockchainAccountId",
                        equalTo(wallet.account().id()))
                .body("verificationMethod[1].controller", equalTo(did));
        // Another account is no other key: what was given to the DID before stays good.
        var path = "/v1/tenants/" + tenant + "/wallets/";
        given().auth().oauth2(before).get(path).then().statusCode(200);
        client.delete(path + wallet.caip()).statusCode(200);
        resolved(did)
                .body("alsoKnownAs.findAll { it.startsWith('did:pkh:') }", hasSize(0))
                .body("verificationMethod.id", equalTo(List.of(did + "#" + key)));
        given().accept("application/did")
                .get("/1.0/identifiers/" + did + "?versionNumber=2")
                .then()
                .using()
                .parser("application/did", Parser.JSON)
                .body("verificationMethod", hasSize(2));
    }

    /** What an account signs pays. It speaks for the DID in nothing. */
    @Test
    void anAccountIsInNoRelationship() {
        link(wallet).statusCode(201);

        for (var relation :
                List.of("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")) {
            resolved(did).body(relation, equalTo(List.of(did + "#" + key)));
        }
        resolved(did).body("keyAgreement", equalTo(null));
    }

    @Test
    void accountsStayWhenTheDidRotatesOrMoves() {
        link(wallet).statusCode(201);
        var path = "/v1/tenants/" + tenant + "/dids/main/";
        var other = TestClient.random().did().substring("did:key:".length());

        owner.post(path + "rotate", "{\"keys\":[\"" + other + "\"]}").statusCode(200);
        String moved = owner.post(path + "move", "{\"domain\":\"b.example\"}")
                .statusCode(200)
                .extract()
                .path("did");
        resolved(moved)
                .body(
                        "verificationMethod.blockchainAccountId",
                        equalTo(Arrays.asList(null, wallet.account().id())))
                .body("verificationMethod[0].publicKeyMultibase", equalTo(other))
                .body(
                        "alsoKnownAs.findAll { it.startsWith('did:pkh:') }",
                        equalTo(List.of(wallet.account().did())));
    }

    /** Its account is free for the DID that comes after it, and its log says no more. */
    @Test
    void aDeactivatedDidIsNotWrittenAgain() {
        link(wallet).statusCode(201);
        owner.delete("/v1/tenants/" + tenant + "/dids/main").statusCode(200);

        owner.delete("/v1/tenants/" + tenant + "/wallets/" + wallet.caip()).statusCode(200);
        given().get("/1.0/identifiers/" + did).then().statusCode(410);
    }
}
