package io.tallystick.identity;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.kit.access.CompactJws;
import io.tallystick.kit.access.Ed25519Key;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** From an operator's DID to a client's access token, on the wire. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class IdentityFlowTest {
    private final TestClient operator = TestClient.operator();

    @Test
    void operatorCreatesATenantItsOwnerAndTheOwnerAClient() {
        var tenant = operator.newTenant();
        var owner = TestClient.random();
        var client = TestClient.random();

        operator.register(tenant, owner.did(), "provider", "owner")
                .statusCode(201)
                .body("tenant", equalTo(tenant));
        owner.register(tenant, client.did(), "client", "client")
                .statusCode(201)
                .body("did", equalTo(client.did()))
                .body("roles", equalTo(List.of("client")));

        owner.get("/v1/tenants/" + tenant + "/identities").statusCode(200).body("identities", hasSize(2));
        owner.get("/v1/tenants/" + tenant).statusCode(200).body("id", equalTo(tenant));
        operator.get("/v1/tenants").statusCode(200).body("tenants.id", hasItem(tenant));
    }

    @Test
    void anAccessTokenIsSignedByAKeyOfTheJwks() {
        var tenant = operator.newTenant();
        var client = TestClient.random();
        operator.register(tenant, client.did(), "client", "client").statusCode(201);

        var token = client.token("billing-service");

        var jws = CompactJws.parse(token, 4096, Set.of("alg", "typ", "kid"));
        String x = given().get("/.well-known/jwks.json")
                .then()
                .statusCode(200)
                .extract()
                .path("keys.find { it.kid == '" + jws.header("kid") + "' }.x");
        var claims = jws.verifiedBy(Ed25519Key.ofBase64Url(x)).claims();
        assertThat(claims.get("iss").asText()).isEqualTo(IdentityStack.ISSUER);
        assertThat(claims.get("sub").asText()).isEqualTo(client.did());
        assertThat(claims.get("aud").asText()).isEqualTo("billing-service");
        assertThat(claims.get("tenant").asText()).isEqualTo(tenant);
        assertThat(claims.get("scope").asText()).isEqualTo("billing:read vouchers:write");
        assertThat(claims.get("own").asBoolean()).isTrue();
        assertThat(claims.get("exp").asLong() - claims.get("iat").asLong()).isEqualTo(300);
    }

    @Test
    void creatingAgainChangesNothingAndAnotherNameIsAConflict() {
        var tenant = operator.newTenant();

        operator.post("/v1/tenants", "{\"id\":\"%s\",\"name\":\"Tenant %s\"}".formatted(tenant, tenant))
                .statusCode(200);
        operator.post("/v1/tenants", "{\"id\":\"%s\",\"name\":\"Other\"}".formatted(tenant))
                .statusCode(409)
                .contentType("application/problem+json")
                .body("type", endsWith("/problems/tenant-exists"));
    }

    @Test
    void registeringAgainChangesNothingAndOtherwiseIsAConflict() {
        var tenant = operator.newTenant();
        var did = TestClient.random().did();

        operator.register(tenant, did, "client", "client").statusCode(201);
        operator.register(tenant, did, "client", "client").statusCode(200);
        operator.register(tenant, did, "client", "ingest").statusCode(409);
    }

    @Test
    void revokedIsForGoodAndSaidAlikeTwice() {
        var tenant = operator.newTenant();
        var client = TestClient.random();
        var path = "/v1/tenants/" + tenant + "/identities/" + client.did();
        operator.register(tenant, client.did(), "client", "client").statusCode(201);

        var first = operator.delete(path).statusCode(200).extract().<String>path("revokedAt");
        operator.delete(path).statusCode(200).body("revokedAt", equalTo(first));

        operator.register(tenant, client.did(), "client", "client")
                .statusCode(409)
                .body("type", endsWith("/problems/identity-revoked"));
        TestClient.ask(client.assertion(), "billing-service", "")
                .statusCode(401)
                .body("error", equalTo("invalid_client"));
    }

    @Test
    void unknownTenantAndIdentityAreNotFound() {
        operator.register("nobody-here", TestClient.random().did(), "client", "client")
                .statusCode(404);
        operator.get("/v1/tenants/nobody-here").statusCode(404);
        operator.delete("/v1/tenants/" + operator.newTenant() + "/identities/did:key:zNobody")
                .statusCode(404);
    }

    @Test
    void badInputIsAProblemThatNamesTheField() {
        operator.post("/v1/tenants", "{\"id\":\"Not A Label\",\"name\":\"x\"}")
                .statusCode(400)
                .contentType("application/problem+json")
                .body("errors[0].pointer", equalTo("/id"));
        operator.post("/v1/tenants", "{\"id\":\"a\",").statusCode(400).contentType("application/problem+json");
        operator.post("/v1/tenants", "{\"id\":\"a\",\"name\":\"a\\u0000b\"}").statusCode(400);
        operator.post("/v1/tenants", "{\"id\":\"installation\",\"name\":\"x\"}").statusCode(409);
        var identities = "/v1/tenants/" + operator.newTenant() + "/identities";
        operator.post(identities, "{\"did\":\"did:web:a.example\",\"kind\":\"client\",\"roles\":[\"client\"]}")
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/did"));
        operator.post(
                        identities,
                        "{\"did\":\"%s\",\"kind\":\"client\",\"roles\":[\"owner\"]}"
                                .formatted(TestClient.random().did()))
                .statusCode(422);
        operator.post(
                        identities,
                        "{\"did\":\"%s\",\"kind\":\"client\",\"roles\":[\"admin\"]}"
                                .formatted(TestClient.random().did()))
                .statusCode(400);
    }

    @Test
    void tenantCrossingIsRefused() {
        var mine = operator.newTenant();
        var theirs = operator.newTenant();
        var owner = TestClient.random();
        operator.register(mine, owner.did(), "provider", "owner").statusCode(201);

        owner.register(theirs, TestClient.random().did(), "client", "client")
                .statusCode(403)
                .body("type", endsWith("/problems/other-tenant"));
        owner.get("/v1/tenants/" + theirs + "/identities").statusCode(403);
        owner.post("/v1/tenants", "{\"id\":\"another\",\"name\":\"x\"}")
                .statusCode(403)
                .header("WWW-Authenticate", containsString("error=\"insufficient_scope\", scope=\"tenants:write\""));
    }

    @Test
    void withoutAnAccessTokenTheAnswerSaysHow() {
        var challenges = given().get("/v1/tenants")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .body("type", endsWith("/problems/access-token-missing"))
                .extract()
                .headers()
                .getValues("WWW-Authenticate");
        assertThat(challenges)
                .containsExactly(
                        "Bearer realm=\"identity-service\"",
                        "DPoP realm=\"identity-service\", algs=\"EdDSA Ed25519 ES256 ES256K\"");
        given().auth()
                .oauth2("nonsense")
                .get("/v1/tenants")
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", containsString("error=\"invalid_token\""));
        given().auth()
                .oauth2(operator.token("identity-service"))
                .get("/v1/tenants")
                .then()
                .statusCode(200);
    }

    @Test
    void metadataLeadsAnOAuthClientHere() {
        given().get("/.well-known/oauth-authorization-server")
                .then()
                .statusCode(200)
                .body("issuer", equalTo(IdentityStack.ISSUER))
                .body("token_endpoint", equalTo(IdentityStack.ISSUER + "/token"))
                .body("token_endpoint_auth_methods_supported", hasItem("private_key_jwt"))
                .body("jwks_uri", notNullValue());
    }
}
