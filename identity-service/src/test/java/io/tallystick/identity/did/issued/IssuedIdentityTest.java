package io.tallystick.identity.did.issued;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.identity.did.VerificationKey;
import io.tallystick.kit.access.CompactJws;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** An issued DID as an identity: it gets access tokens with the keys that it has now, and loses them with its keys. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class IssuedIdentityTest {
    private static final String SERVICE = "identity-service";

    private final TestClient operator = TestClient.operator();
    private final TestClient first = TestClient.random();
    private final TestClient second = TestClient.random();
    private String tenant;
    private String dids;
    private String did;

    @BeforeEach
    void issue() {
        tenant = operator.newTenant();
        dids = "/v1/tenants/" + tenant + "/dids";
        did = operator.post(dids, "{\"name\":\"one\",\"keys\":[\"%s\"],\"portable\":true}".formatted(first.multibase()))
                .statusCode(201)
                .extract()
                .path("did");
    }

    private TestClient owner() {
        operator.register(tenant, did, "provider", "owner").statusCode(201);
        return first.as(did);
    }

    private void rotateTo(TestClient... clients) {
        var keys = String.join(
                "\",\"", Arrays.stream(clients).map(TestClient::multibase).toList());
        operator.post(dids + "/one/rotate", "{\"keys\":[\"%s\"]}".formatted(keys))
                .statusCode(200);
    }

    private static ValidatableResponse ask(TestClient client) {
        return TestClient.ask(client.assertion(), SERVICE, "");
    }

    private ValidatableResponse ask(TestClient client, String kid) {
        var header = "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"%s\"}".formatted(kid);
        var claims = TestClient.claims(
                client.did(), UUID.randomUUID().toString(), Instant.now().plusSeconds(30));
        return TestClient.ask(client.key().compactJws(header, claims.getBytes(StandardCharsets.UTF_8)), SERVICE, "");
    }

    private static void refused(ValidatableResponse answer) {
        answer.statusCode(401).body("error", equalTo("invalid_client"));
    }

    private int status(String token) {
        return given().auth().oauth2(token).get("/v1/tenants/" + tenant).statusCode();
    }

    private void dies(String token) {
        await().atMost(Duration.ofSeconds(5)).until(() -> status(token) == 401);
    }

    private static String claim(String token, String name) {
        var claims = new String(Base64.getUrlDecoder().decode(token.split("\\.", 3)[1]), StandardCharsets.UTF_8);
        return CompactJws.object(claims.getBytes(StandardCharsets.UTF_8))
                .path(name)
                .asText();
    }

    @Test
    void getsAccessTokensThatSayItsVersion() {
        var owner = owner();
        var token = owner.token(SERVICE);

        assertThat(claim(token, "sub")).isEqualTo(did);
        assertThat(claim(token, "didVersion")).startsWith("1-Qm");
        assertThat(status(token)).isEqualTo(200);
        ask(owner, did + "#" + first.multibase()).statusCode(200);
        operator.register(tenant, did, "provider", "owner").statusCode(200);
    }

    @Test
    void severalKeysAreToldApartByTheirNames() {
        var owner = owner();
        rotateTo(first, second);

        ask(owner, did + "#" + first.multibase()).statusCode(200);
        ask(second.as(did), did + "#" + second.multibase()).statusCode(200);
        ask(second.as(did), "#" + second.multibase()).statusCode(200);
        refused(ask(second.as(did), did + "#" + first.multibase()));
        refused(ask(owner, did));
        refused(ask(owner));
    }

    @Nested
    class Attack {
        @Test
        void rotatedKeyStillAccepted() {
            var owner = owner();
            ask(owner).statusCode(200);
            rotateTo(second);

            refused(ask(owner));
            refused(ask(owner, did + "#" + first.multibase()));
            ask(second.as(did)).statusCode(200);
        }

        @Test
        void accessTokenOfARotatedKeyStillAccepted() {
            var token = owner().token(SERVICE);
            assertThat(status(token)).isEqualTo(200);
            rotateTo(second);
            var newer = second.as(did).token(SERVICE);

            dies(token);
            assertThat(claim(newer, "didVersion")).startsWith("2-Qm");
            assertThat(status(newer)).isEqualTo(200);
        }

        @Test
        void keyOfADeactivatedDidStillAccepted() {
            var owner = owner();
            var token = owner.token(SERVICE);
            operator.delete(dids + "/one").statusCode(200);

            refused(ask(owner));
            dies(token);
            operator.register(tenant, did, "provider", "owner").statusCode(422);
        }

        @Test
        void didWebAliasAsASecondIdentity() {
            var owner = owner();
            var web = "did:web:identity.test:dids:" + tenant + ":one";

            operator.register(tenant, web, "provider", "owner")
                    .statusCode(422)
                    .body("type", endsWith("/problems/did-cannot-sign"));
            refused(ask(owner.as(web)));
        }

        @Test
        void newNameAsASecondIdentityAfterAMove() {
            var owner = owner();
            operator.post(dids + "/one/move", "{\"domain\":\"b.example\"}").statusCode(200);
            var moved = did.replace("identity.test", "b.example");

            operator.register(tenant, moved, "provider", "owner")
                    .statusCode(409)
                    .body("type", endsWith("/problems/identity-exists"));
            ask(owner.as(moved)).statusCode(401);
            ask(owner).statusCode(200);
            ask(owner, moved + "#" + first.multibase()).statusCode(200);
        }

        @Test
        void newNameOfARevokedIdentity() {
            owner();
            operator.delete("/v1/tenants/" + tenant + "/identities/" + did).statusCode(200);
            operator.post(dids + "/one/move", "{\"domain\":\"b.example\"}").statusCode(200);

            operator.register(tenant, did.replace("identity.test", "b.example"), "provider", "owner")
                    .statusCode(409);
        }

        @Test
        void tenantCrossing() {
            var other = operator.newTenant();

            operator.register(other, did, "provider", "owner")
                    .statusCode(422)
                    .body("type", endsWith("/problems/did-cannot-sign"));
        }

        /** The same on the table's side of the border. */
        @Test
        void tenantCrossingInTheDatabase() throws SQLException {
            var other = operator.newTenant();
            var config = ConfigProvider.getConfig();
            try (var connection = DriverManager.getConnection(
                            config.getValue("quarkus.datasource.jdbc.url", String.class),
                            config.getValue("quarkus.datasource.username", String.class),
                            config.getValue("quarkus.datasource.password", String.class));
                    var insert = connection.prepareStatement("insert into identity (tenant, did, kind, roles, name, "
                            + "registered_at) values (?, ?, 'client', 'client', '', now())")) {
                insert.setString(1, other);
                insert.setString(2, did);
                assertThatThrownBy(insert::executeUpdate).hasMessageContaining("only_what_was_issued_to_the_tenant");
            }
        }

        @Test
        void keyOfAnotherDid() {
            owner();
            refused(ask(second.as(did)));
            refused(ask(first.as(did.replace("Qm", "Qn"))));
            refused(ask(first.as(did + ":")));
            refused(ask(first.as(did + "#" + first.multibase())));
            refused(ask(first.as(did.replace(":one", ":two"))));
            refused(ask(first.as("did:webvh:" + "x".repeat(1500))));
        }
    }

    @Nested
    class GivenItIsAClient {
        private final TestClient agent = TestClient.random();

        private ValidatableResponse submit(TestClient signer, TestClient sender) {
            var now = Instant.now().getEpochSecond();
            var claims = """
                    {"iss":"%s","sub":"%s","aud":"%s/v1/tenants/%s","jti":"%s","iat":%d,"nbf":%d,"exp":%d,\
                    "cnf":{"jkt":"%s"},"asset":"eip155:84532/erc20:0x036cbd53842c5426634e7929541ec2318f3dcf7e",\
                    "budget":"1000","cap":"50","payees":["%s"],"models":["*"],"depth":0}""".formatted(
                            did,
                            agent.did(),
                            IdentityStack.ISSUER,
                            tenant,
                            UUID.randomUUID(),
                            now,
                            now,
                            now + 600,
                            VerificationKey.ofMultibase(agent.multibase()).thumbprint(),
                            tenant);
            var jwt = signer.key()
                    .compactJws(
                            "{\"alg\":\"EdDSA\",\"typ\":\"spend-grant+jwt\"}", claims.getBytes(StandardCharsets.UTF_8));
            return given().auth()
                    .oauth2(sender.as(did).token(SERVICE))
                    .contentType("application/jwt")
                    .body(jwt.getBytes(StandardCharsets.US_ASCII))
                    .post("/v1/tenants/" + tenant + "/grants")
                    .then();
        }

        @BeforeEach
        void register() {
            operator.register(tenant, did, "client", "client").statusCode(201);
        }

        @Test
        void signsSpendGrantsWhoseAccessTokensSayItsVersion() {
            String jti = submit(first, first)
                    .statusCode(201)
                    .body("client", equalTo(did))
                    .extract()
                    .path("jti");

            String token = given().contentType("application/x-www-form-urlencoded")
                    .formParam("grant_type", "client_credentials")
                    .formParam("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                    .formParam("client_assertion", agent.assertion())
                    .formParam("resource", "billing-service")
                    .formParam("tenant", tenant)
                    .formParam("grant", jti)
                    .post("/token")
                    .then()
                    .statusCode(200)
                    .extract()
                    .path("access_token");

            assertThat(claim(token, "sub")).isEqualTo(did);
            assertThat(claim(token, "didVersion")).startsWith("1-Qm");
        }

        @Test
        void attackGrantSignedByARotatedKey() {
            rotateTo(second);

            submit(first, second).statusCode(422).body("type", endsWith("/problems/invalid-grant"));
            submit(second, second).statusCode(201);
        }
    }
}
