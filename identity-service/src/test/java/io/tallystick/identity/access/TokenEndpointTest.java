package io.tallystick.identity.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.tallystick.identity.EcTestKey;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.identity.did.KeyType;
import io.tallystick.kit.access.CompactJws;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What an OAuth client sees of the token endpoint. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class TokenEndpointTest {
    private final TestClient operator = TestClient.operator();

    @Test
    void answersAsRfc6749Says() {
        TestClient.ask(operator.assertion(), "identity-service", "tenants:write")
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("access_token", notNullValue())
                .body("token_type", equalTo("Bearer"))
                .body("expires_in", equalTo(300))
                .body("scope", equalTo("tenants:write"));
    }

    @ParameterizedTest
    @EnumSource(names = {"P256", "SECP256K1"})
    void takesTheOtherCurvesOfARegisteredDid(KeyType type) {
        var key = new EcTestKey(type);
        operator.register(operator.newTenant(), key.did(), "agent", "client").statusCode(201);

        TestClient.ask(key.jws(claims(key.did())), "metering-service", "").statusCode(200);
    }

    @Test
    void replayedAssertionGivesNothing() {
        var assertion = operator.assertion();

        TestClient.ask(assertion, "identity-service", "").statusCode(200);
        TestClient.ask(assertion, "identity-service", "")
                .statusCode(401)
                .contentType("application/json")
                .body("error", equalTo("invalid_client"))
                .body("error_description", containsString("used before"));
    }

    @Test
    void replayedInAnotherEncodingOfItsSignatureGivesNothing() {
        var key = new EcTestKey(KeyType.SECP256K1);
        operator.register(operator.newTenant(), key.did(), "agent", "client").statusCode(201);
        var assertion = key.jws(claims(key.did()));

        TestClient.ask(assertion, "metering-service", "").statusCode(200);
        TestClient.ask(key.malleated(assertion), "metering-service", "").statusCode(401);
    }

    @Test
    void replayedEightTimesAtOnceGivesOne() throws Exception {
        var assertion = operator.assertion();
        Callable<Integer> ask = () ->
                TestClient.ask(assertion, "identity-service", "").extract().statusCode();
        try (var threads = Executors.newFixedThreadPool(8)) {
            var answers = threads.invokeAll(Stream.generate(() -> ask).limit(8).toList());

            var granted = 0;
            for (var answer : answers) {
                granted += answer.get() == 200 ? 1 : 0;
            }
            assertThat(granted).isEqualTo(1);
        }
    }

    @Test
    void theSameJtiOfAnotherDidIsNoReplay() {
        var jti = UUID.randomUUID().toString();
        var tenant = operator.newTenant();
        var one = TestClient.random();
        var two = TestClient.random();
        operator.register(tenant, one.did(), "client", "client").statusCode(201);
        operator.register(tenant, two.did(), "client", "client").statusCode(201);

        TestClient.ask(one.assertion(one.claims(jti)), "billing-service", "").statusCode(200);
        TestClient.ask(two.assertion(two.claims(jti)), "billing-service", "").statusCode(200);
    }

    @Test
    void aScopeOfAnotherRoleIsNotGiven() {
        var client = TestClient.random();
        operator.register(operator.newTenant(), client.did(), "client", "client")
                .statusCode(201);

        TestClient.ask(client.assertion(), "billing-service", "billing:read rates:write")
                .statusCode(400)
                .body("error", equalTo("invalid_scope"))
                .body("error_description", containsString("billing:read"));
        TestClient.ask(client.assertion(), "identity-service", "identities:write")
                .statusCode(400)
                .body("error", equalTo("invalid_scope"));
        var reporter = TestClient.random();
        operator.register(operator.newTenant(), reporter.did(), "service", "ingest")
                .statusCode(201);
        TestClient.ask(reporter.assertion(), "identity-service", "")
                .statusCode(400)
                .body("error", equalTo("invalid_scope"));
    }

    @Test
    void aDidOfSeveralTenantsSaysForWhichItActs() {
        var client = TestClient.random();
        var one = operator.newTenant();
        var two = operator.newTenant();
        operator.register(one, client.did(), "client", "client").statusCode(201);
        operator.register(two, client.did(), "client", "client").statusCode(201);

        TestClient.ask(client.assertion(), "billing-service", "")
                .statusCode(400)
                .body("error", equalTo("invalid_request"));
        form(client.assertion()).formParam("tenant", two).post("/token").then().statusCode(200);
        form(client.assertion())
                .formParam("tenant", "not-mine")
                .post("/token")
                .then()
                .statusCode(401)
                .body("error", equalTo("invalid_client"));
    }

    /** Any owner may register any DID; what its holder has with another tenant must not suffer from it. */
    @Test
    void anotherTenantsRegistrationTakesNothingAway() {
        var client = TestClient.random();
        var one = operator.newTenant();
        var other = operator.newTenant();
        operator.register(one, client.did(), "client", "client").statusCode(201);
        TestClient.ask(client.assertion(), "billing-service", "").statusCode(200);

        operator.register(other, client.did(), "client", "client").statusCode(201);
        assertThat(tenantOf(TestClient.ask(client.assertion(), "billing-service", "")))
                .isEqualTo(one);

        assertThat(tenantOf(form(client.assertion())
                        .formParam("tenant", other)
                        .post("/token")
                        .then()))
                .isEqualTo(other);
        TestClient.ask(client.assertion(), "billing-service", "")
                .statusCode(400)
                .body("error_description", containsString("several"));
    }

    @Test
    void aClientThatAlsoReportsReadsItsOwnOnly() {
        var client = TestClient.random();
        var tenant = operator.newTenant();
        operator.post(
                        "/v1/tenants/" + tenant + "/identities",
                        "{\"did\":\"%s\",\"kind\":\"agent\",\"roles\":[\"client\",\"ingest\"]}".formatted(client.did()))
                .statusCode(201);

        var claims = claimsOf(TestClient.ask(client.assertion(), "metering-service", ""));

        assertThat(claims.get("own").booleanValue()).isTrue();
        assertThat(claims.get("scope").textValue()).isEqualTo("gateway:call usage:read usage:write");
    }

    private static String tenantOf(ValidatableResponse answer) {
        return claimsOf(answer).get("tenant").textValue();
    }

    private static JsonNode claimsOf(ValidatableResponse answer) {
        String token = answer.statusCode(200).extract().path("access_token");
        return CompactJws.parse(token, 4096, Set.of("alg", "typ", "kid")).claims();
    }

    @Test
    void aStrangerGetsNothing() {
        TestClient.ask(TestClient.random().assertion(), "billing-service", "")
                .statusCode(401)
                .body("error", equalTo("invalid_client"));
    }

    @ParameterizedTest
    @CsvSource({
        "grant_type, authorization_code, unsupported_grant_type",
        "client_assertion_type, other, invalid_request",
        "client_assertion, '', invalid_request",
        "client_assertion, a.b.c, invalid_client",
        "resource, other-service, invalid_target",
        "audience, metering-service, invalid_target",
        "client_id, did:key:z6Mk, invalid_client"
    })
    void aWrongParameterIsNamed(String name, String value, String error) {
        var wanted = new LinkedHashMap<String, String>();
        wanted.put("grant_type", "client_credentials");
        wanted.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        wanted.put("client_assertion", operator.assertion());
        wanted.put("resource", "identity-service");
        wanted.put(name, value);

        given().contentType("application/x-www-form-urlencoded")
                .formParams(wanted)
                .post("/token")
                .then()
                .statusCode(error.equals("invalid_client") ? 401 : 400)
                .body("error", equalTo(error));
    }

    @Test
    void aParameterSentTwiceIsRefused() {
        form(operator.assertion())
                .formParam("scope", "tenants:write", "keys:write")
                .post("/token")
                .then()
                .statusCode(400)
                .body("error", equalTo("invalid_request"));
    }

    @Test
    void anotherMediaTypeAndALargeBodyAreRefused() {
        given().contentType("application/json").body("{}").post("/token").then().statusCode(415);
        form(operator.assertion())
                .formParam("scope", "x".repeat(40_000))
                .post("/token")
                .then()
                .statusCode(413)
                .contentType("application/problem+json");
    }

    private static RequestSpecification form(String assertion) {
        return given().contentType("application/x-www-form-urlencoded")
                .formParam("grant_type", "client_credentials")
                .formParam("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                .formParam("client_assertion", assertion)
                .formParam("resource", "billing-service");
    }

    private static String claims(String did) {
        return TestClient.claims(
                did, UUID.randomUUID().toString(), Instant.now().plusSeconds(30));
    }
}
