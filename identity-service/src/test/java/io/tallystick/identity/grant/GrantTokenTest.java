package io.tallystick.identity.grant;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.kit.access.CompactJws;
import io.tallystick.kit.access.proof.TestProver;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An agent shows its own key and names a grant, and gets an access token that says for whom it spends. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class GrantTokenTest {
    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

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
    void saysForWhomWhoSpendsAndByWhichKey() {
        var root = submitted(maker.root(client, agent));
        var below = TestClient.random();
        var child = submitted(maker.child(root, agent, below));

        var token = ask(below, child, tenant, "billing-service")
                .statusCode(200)
                .body("scope", equalTo("grants:spend"))
                .body("expires_in", equalTo(300))
                .extract()
                .<String>path("access_token");

        var claims = CompactJws.parse(token, 4096, Set.of("alg", "typ", "kid")).claims();
        assertThat(claims.get("sub").asText()).isEqualTo(client.did());
        assertThat(claims.get("client_id").asText()).isEqualTo(below.did());
        assertThat(claims.at("/act/sub").asText()).isEqualTo(below.did());
        assertThat(claims.at("/cnf/jkt").asText()).isEqualTo(GrantMaker.keyOf(below.did()));
        assertThat(claims.get("grant").asText())
                .isEqualTo(GrantMaker.read(child).jti());
        assertThat(claims.get("tenant").asText()).isEqualTo(tenant);
        assertThat(claims.get("own").asBoolean()).isTrue();
    }

    @Test
    void livesNoLongerThanItsGrant() {
        var exp = maker.now().getEpochSecond();
        var claims = maker.claims(client.did(), agent.did(), GrantMaker.jti());
        var root = submitted(
                GrantMaker.signed(client, claims.replace("\"exp\":" + (exp + 3600), "\"exp\":" + (exp + 60))));

        var seconds = ask(agent, root, tenant, "billing-service")
                .statusCode(200)
                .extract()
                .<Integer>path("expires_in");

        assertThat(seconds).isBetween(1, 60);
    }

    @Test
    void aGrantOfAnotherAgentGivesNothing() {
        var root = submitted(maker.root(client, agent));
        submitted(maker.child(root, agent, TestClient.random()));

        refused(ask(client, root, tenant, "billing-service"));
        refused(ask(owner, root, tenant, "billing-service"));
        refused(ask(TestClient.random(), root, tenant, "billing-service"));
    }

    @Test
    void tenantCrossingGivesNothing() {
        var root = submitted(maker.root(client, agent));

        refused(ask(agent, root, operator.newTenant(), "billing-service"));
        ask(agent, root, "", "billing-service").statusCode(400).body("error", equalTo("invalid_request"));
    }

    @Test
    void aRevokedGrantGivesNothingNorWhatHangsBelowIt() {
        var root = submitted(maker.root(client, agent));
        var below = TestClient.random();
        var child = submitted(maker.child(root, agent, below));
        client.delete("/v1/tenants/" + tenant + "/grants/"
                        + GrantMaker.read(root).jti())
                .statusCode(200);

        refused(ask(agent, root, tenant, "billing-service"));
        refused(ask(below, child, tenant, "billing-service"));
    }

    @Test
    void aRevokedClientsGrantGivesNothingAtOnce() {
        var root = submitted(maker.root(client, agent));
        owner.delete("/v1/tenants/" + tenant + "/identities/" + client.did()).statusCode(200);

        refused(ask(agent, root, tenant, "billing-service"));
    }

    @Test
    void aGrantIsForSpendingAndNothingElse() {
        var root = submitted(maker.root(client, agent));

        ask(agent, root, tenant, "identity-service").statusCode(400).body("error", equalTo("invalid_scope"));
        ask(agent, root, tenant, "billing-service", "billing:read")
                .statusCode(400)
                .body("error", equalTo("invalid_scope"));
    }

    /** Otherwise an agent could make its client's grant spendable by somebody whom the client does not know. */
    @Test
    void isBoundToNoOtherKeyThanItsAgents() {
        var root = submitted(maker.root(client, agent));

        proven(agent, root, TestProver.ed25519()).statusCode(400).body("error", equalTo("invalid_dpop_proof"));
        proven(agent, root, TestProver.of(agent.key())).statusCode(200).body("token_type", equalTo("DPoP"));
    }

    private ValidatableResponse proven(TestClient who, String text, TestProver prover) {
        var nonce = prove(who, text, prover, "none").extract().header("DPoP-Nonce");
        return prove(who, text, prover, nonce);
    }

    private ValidatableResponse prove(TestClient who, String text, TestProver prover, String nonce) {
        var url = "http://localhost:" + RestAssured.port + "/token";
        return given().contentType("application/x-www-form-urlencoded")
                .header("DPoP", prover.proof("POST", url, nonce, Instant.now(), (_, _) -> {}))
                .formParam("grant_type", "client_credentials")
                .formParam("client_assertion_type", ASSERTION_TYPE)
                .formParam("client_assertion", who.assertion())
                .formParam("resource", "billing-service")
                .formParam("tenant", tenant)
                .formParam("grant", GrantMaker.read(text).jti())
                .post("/token")
                .then();
    }

    private static void refused(ValidatableResponse answer) {
        answer.statusCode(400).body("error", equalTo("invalid_grant"));
    }

    private static ValidatableResponse ask(TestClient who, String text, String tenant, String audience) {
        return ask(who, text, tenant, audience, "");
    }

    private static ValidatableResponse ask(TestClient who, String text, String tenant, String audience, String scope) {
        return given().contentType("application/x-www-form-urlencoded")
                .formParam("grant_type", "client_credentials")
                .formParam("client_assertion_type", ASSERTION_TYPE)
                .formParam("client_assertion", who.assertion())
                .formParam("resource", audience)
                .formParam("scope", scope)
                .formParam("tenant", tenant)
                .formParam("grant", GrantMaker.read(text).jti())
                .post("/token")
                .then();
    }

    private String submitted(String text) {
        given().auth()
                .oauth2(owner.token("identity-service"))
                .contentType("application/jwt")
                .body(text.getBytes(StandardCharsets.UTF_8))
                .post("/v1/tenants/" + tenant + "/grants")
                .then()
                .statusCode(201);
        return text;
    }
}
