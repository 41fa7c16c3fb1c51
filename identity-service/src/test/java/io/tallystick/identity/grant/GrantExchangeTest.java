package io.tallystick.identity.grant;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.kit.access.CompactJws;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Token exchange (RFC 8693): an agent hands in its grant's text for an access token. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class GrantExchangeTest {
    private static final String JWT = "urn:ietf:params:oauth:token-type:jwt";
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

    private final TestClient operator = TestClient.operator();
    private final TestClient owner = TestClient.random();
    private final TestClient client = TestClient.random();
    private final TestClient agent = TestClient.random();
    private String tenant;
    private GrantMaker maker;
    private String grant;

    @BeforeEach
    void anAgentWithAGrant() {
        tenant = operator.newTenant();
        operator.register(tenant, owner.did(), "provider", "owner").statusCode(201);
        owner.register(tenant, client.did(), "client", "client").statusCode(201);
        maker = new GrantMaker(tenant, Instant.now());
        grant = maker.root(client, agent);
    }

    @Test
    void aGrantIsExchangedForATokenOfItsAgent() {
        submit(grant);

        String token = exchange(agent, grant, Map.of())
                .statusCode(200)
                .body("issued_token_type", equalTo(ACCESS_TOKEN))
                .body("token_type", equalTo("Bearer"))
                .extract()
                .path("access_token");

        var claims = CompactJws.parse(token, 4096, Set.of("alg", "typ", "kid")).claims();
        assertThat(claims.get("sub").asText()).isEqualTo(client.did());
        assertThat(claims.at("/act/sub").asText()).isEqualTo(agent.did());
        assertThat(claims.get("grant").asText())
                .isEqualTo(GrantMaker.read(grant).jti());
        assertThat(claims.get("tenant").asText()).isEqualTo(tenant);
        TestClient.ask(owner.assertion(), "billing-service", "").body("issued_token_type", nullValue());
    }

    @Test
    void aGrantThatNobodySubmittedIsWorthNothing() {
        refused(exchange(agent, grant, Map.of()));
    }

    /** Who found a grant's text has not its agent's key. */
    @Test
    void aFoundGrantIsWorthNothing() {
        submit(grant);

        refused(exchange(TestClient.random(), grant, Map.of()));
        refused(exchange(client, grant, Map.of()));
    }

    /** What stands in a text is believed only because it is the very text that was submitted. */
    @Test
    void anAlteredGrantIsWorthNothing() {
        var jti = GrantMaker.jti();
        submit(GrantMaker.signed(client, maker.claims(client.did(), agent.did(), jti)));
        var thief = TestClient.random();
        var altered = GrantMaker.signed(thief, maker.claims(client.did(), thief.did(), jti));

        refused(exchange(thief, altered, Map.of()));
        refused(exchange(agent, altered, Map.of()));
    }

    @Test
    void tenantCrossingGivesNothing() {
        submit(grant);

        refused(exchange(agent, grant, Map.of("tenant", operator.newTenant())));
        exchange(agent, grant, Map.of("tenant", tenant)).statusCode(200);
    }

    @Test
    void aRevokedGrantGivesNothing() {
        submit(grant);
        client.delete("/v1/tenants/" + tenant + "/grants/"
                        + GrantMaker.read(grant).jti())
                .statusCode(200);

        refused(exchange(agent, grant, Map.of()));
    }

    @Test
    void whatIsNoGrantIsWorthNothing() {
        for (var text : new String[] {"nonsense", agent.assertion(), "a.b.c", "x".repeat(20_000)}) {
            refused(exchange(agent, text, Map.of()));
        }
    }

    @Test
    void anExchangeThatAsksForSomethingElseIsToldWhatThereIs() {
        submit(grant);

        for (Map<String, String> more : List.of(
                Map.of("subject_token_type", "urn:ietf:params:oauth:token-type:saml2"),
                Map.of("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
                Map.of("actor_token", agent.assertion(), "actor_token_type", JWT),
                Map.of("grant", GrantMaker.read(grant).jti()))) {
            exchange(agent, grant, more).statusCode(400).body("error", equalTo("invalid_request"));
        }
    }

    private static void refused(ValidatableResponse answer) {
        answer.statusCode(400).body("error", equalTo("invalid_grant"));
    }

    private void submit(String text) {
        given().auth()
                .oauth2(client.token("identity-service"))
                .contentType("application/jwt")
                .body(text.getBytes(StandardCharsets.UTF_8))
                .post("/v1/tenants/" + tenant + "/grants")
                .then()
                .statusCode(201);
    }

    private static ValidatableResponse exchange(TestClient who, String text, Map<String, String> more) {
        var request = given().contentType("application/x-www-form-urlencoded")
                .formParam("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
                .formParam("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                .formParam("client_assertion", who.assertion())
                .formParam("resource", "billing-service")
                .formParam("subject_token", text);
        if (!more.containsKey("subject_token_type")) {
            request.formParam("subject_token_type", JWT);
        }
        more.forEach((name, value) -> request.formParam(name, value));
        return request.post("/token").then();
    }
}
