package io.tallystick.identity.workload;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.kit.access.CompactJws;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A program without a key of its own gets access tokens as the identity that its owner linked it with. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class WorkloadTokenTest {
    private final TestClient operator = TestClient.operator();
    private final TestClient owner = TestClient.random();
    private final TestClient reporter = TestClient.random();
    private final String program = "system:serviceaccount:ml:" + UUID.randomUUID();
    private String tenant;

    @BeforeEach
    void aTenantWithAReporter() {
        tenant = operator.newTenant();
        operator.register(tenant, owner.did(), "provider", "owner").statusCode(201);
        owner.register(tenant, reporter.did(), "service", "ingest").statusCode(201);
    }

    @Test
    void aServiceAccountsTokenIsWorthTheLinkedIdentitysRoles() {
        link(reporter.did(), program).statusCode(201).body("platform", equalTo("cluster"));
        link(reporter.did(), program).statusCode(200);

        String token = ask(tenant, program).statusCode(200).extract().path("access_token");

        var claims = CompactJws.parse(token, 4096, Set.of("alg", "typ", "kid")).claims();
        assertThat(claims.get("sub").asText()).isEqualTo(reporter.did());
        assertThat(claims.get("tenant").asText()).isEqualTo(tenant);
        assertThat(claims.get("scope").asText()).isEqualTo("usage:write");
        // Kubernetes gives it to the program as a file that is good for many requests.
        ask(tenant, program).statusCode(200);
    }

    @Test
    void aProgramThatNobodyLinkedIsNobody() {
        ask(tenant, program)
                .statusCode(401)
                .body("error", equalTo("invalid_client"))
                .body("error_description", containsString(program));
    }

    /** Who owns one tenant says nothing of what a program may do for another. */
    @Test
    void aLinkIsGoodForItsTenantOnly() {
        link(reporter.did(), program).statusCode(201);

        ask(operator.newTenant(), program).statusCode(401);
        ask("", program).statusCode(400).body("error", equalTo("invalid_request"));
    }

    @Test
    void whatWasTakenBackIsWorthNothingMore() {
        link(reporter.did(), program).statusCode(201);
        owner.get("/v1/tenants/" + tenant + "/workloads").statusCode(200).body("workloads", hasSize(1));

        owner.delete("/v1/tenants/" + tenant + "/workloads?platform=cluster&subject=" + program)
                .statusCode(200);

        ask(tenant, program).statusCode(401);
        owner.get("/v1/tenants/" + tenant + "/audit?action=workload.removed")
                .statusCode(200)
                .body("entries.subject", contains(program))
                .body("entries.actor.did", contains(owner.did()));
        owner.delete("/v1/tenants/" + tenant + "/workloads?platform=cluster&subject=" + program)
                .statusCode(404)
                .body("type", endsWith("/problems/unknown-workload"));
    }

    @Test
    void aRevokedIdentityTakesItsProgramsWithIt() {
        link(reporter.did(), program).statusCode(201);

        owner.delete("/v1/tenants/" + tenant + "/identities/" + reporter.did()).statusCode(200);

        ask(tenant, program).statusCode(401);
        link(reporter.did(), "system:serviceaccount:ml:other")
                .statusCode(409)
                .body("type", endsWith("/problems/identity-revoked"));
    }

    @Test
    void aProgramActsAsOneIdentityOfATenant() {
        link(reporter.did(), program).statusCode(201);

        link(owner.did(), program).statusCode(409).body("type", endsWith("/problems/workload-linked"));
    }

    @Test
    void whatCannotBeLinkedIsToldWhy() {
        link(TestClient.random().did(), program).statusCode(404).body("type", endsWith("/problems/unknown-identity"));
        owner.post(path(), body("elsewhere", program, reporter.did()))
                .statusCode(422)
                .body("type", endsWith("/problems/unknown-platform"))
                .body("detail", equalTo("Name one of: cluster."));
        owner.post(path(), body("cluster", "with space", reporter.did()))
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/subject"));
    }

    @Test
    void tenantCrossingIsRefused() {
        var other = operator.newTenant();

        owner.post("/v1/tenants/" + other + "/workloads", body("cluster", program, reporter.did()))
                .statusCode(403)
                .body("type", endsWith("/problems/other-tenant"));
    }

    /** What the API server takes for this program is not for us: its other readers could be the program here. */
    @Test
    void aTokenForAnotherServiceIsRefused() {
        link(reporter.did(), program).statusCode(201);
        var token = PlatformMaker.token(IdentityStack.clusterKey(), claims("https://kubernetes.test/api", program));

        ask(tenant, Map.of("client_assertion", token))
                .statusCode(401)
                .body("error_description", containsString("aud must have " + IdentityStack.ISSUER));
    }

    private ValidatableResponse link(String did, String subject) {
        return owner.post(path(), body("cluster", subject, did));
    }

    private String path() {
        return "/v1/tenants/" + tenant + "/workloads";
    }

    private static String body(String platform, String subject, String did) {
        return "{\"platform\":\"%s\",\"subject\":\"%s\",\"did\":\"%s\"}".formatted(platform, subject, did);
    }

    private static ValidatableResponse ask(String tenant, String subject) {
        var token = PlatformMaker.token(IdentityStack.clusterKey(), claims(IdentityStack.ISSUER, subject));
        return ask(tenant, Map.of("client_assertion", token));
    }

    private static ValidatableResponse ask(String tenant, Map<String, String> more) {
        var request = given().contentType("application/x-www-form-urlencoded")
                .formParam("grant_type", "client_credentials")
                .formParam("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                .formParam("resource", "metering-service")
                .formParams(more);
        return (tenant.isEmpty() ? request : request.formParam("tenant", tenant))
                .post("/token")
                .then();
    }

    private static String claims(String audience, String subject) {
        var now = Instant.now().getEpochSecond();
        return "{\"aud\":[\"%s\"],\"exp\":%d,\"iat\":%d,\"nbf\":%d,\"iss\":\"%s\",\"sub\":\"%s\"}"
                .formatted(audience, now + 3600, now, now, IdentityStack.CLUSTER, subject);
    }
}
