package io.tallystick.identity.credential.verification;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ExtractableResponse;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.EcTestKey;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.identity.did.KeyType;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A credential that is presented is believed or a problem; and none is taken for anything else, nor anything for one. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class VerificationResourceTest {
    private final TestClient operator = TestClient.operator();
    private final TestClient owner = TestClient.random();
    private final TestClient client = TestClient.random();
    private final CredentialMaker issuer = new CredentialMaker();
    private String tenant;

    @BeforeEach
    void aTenantWithAClient() {
        tenant = operator.newTenant();
        operator.register(tenant, owner.did(), "provider", "owner").statusCode(201);
        owner.register(tenant, client.did(), "client", "client").statusCode(201);
    }

    @Test
    void ourOwnCredentialIsBelievedUntilItIsTakenBack() {
        var issued = issue("vc_jwt");
        String jwt = issued.path("credential");
        var path = "/v1/tenants/" + tenant + "/credentials/" + issued.path("id");

        verify(jwt)
                .statusCode(200)
                .body("issuer", equalTo("did:web:identity.test"))
                .body("type", hasItem("TallystickClientCredential"))
                .body("credential.credentialSubject.id", equalTo(client.did()));

        owner.post(path + "/suspend", "").statusCode(200);
        refused(jwt, "credential-suspended");
        owner.post(path + "/resume", "").statusCode(200);
        verify(jwt).statusCode(200);
        owner.delete(path).statusCode(200);
        refused(jwt, "credential-revoked");
    }

    @Test
    void aCredentialOfARevokedIdentityIsRefused() {
        String jwt = issue("vc_jwt").path("credential");

        owner.delete("/v1/tenants/" + tenant + "/identities/" + client.did()).statusCode(200);

        refused(jwt, "credential-revoked");
    }

    @Test
    void aForeignIssuersCredentialIsBelievedByItsKey() {
        verify(issuer.jwt())
                .statusCode(200)
                .body("issuer", equalTo(issuer.did()))
                .body("credential.credentialSubject.licence", equalTo("L-1"));

        for (var type : new KeyType[] {KeyType.P256, KeyType.SECP256K1}) {
            var key = new EcTestKey(type);
            var header = "{\"alg\":\"%s\",\"typ\":\"vc+jwt\",\"kid\":\"%s#%s\"}"
                    .formatted(type.algorithm(), key.did(), key.did().substring(8));
            verify(key.jws(header, CredentialMaker.payload(key.did(), ""))).statusCode(200);
        }
    }

    @Test
    void anIssuedDidsKeyIsBelievedOnlyIfItHasItForThis() {
        var holder = TestClient.random();
        var issued = owner.post(
                        "/v1/tenants/" + tenant + "/dids",
                        "{\"name\":\"issuer\",\"keys\":[\"%s\"]}".formatted(holder.multibase()))
                .statusCode(201)
                .extract();
        String did = issued.path("did");
        var jwt = jwtOf(holder, did);
        verify(jwt).statusCode(200).body("issuer", equalTo(did));

        owner.post(
                        "/v1/tenants/" + tenant + "/dids/issuer/rotate",
                        "{\"keys\":[\"%s\"]}".formatted(TestClient.random().multibase()))
                .statusCode(200);

        refused(jwt, "credential-not-signed");
    }

    @Test
    void aKeyForReceiptsSignsNoCredential() {
        String receipts = given().get("/.well-known/did.json")
                .path("verificationMethod.find { !(it.id in ['%s']) }.id".formatted(assertionMethod()));
        var header = "{\"alg\":\"EdDSA\",\"typ\":\"vc+jwt\",\"kid\":\"" + receipts + "\"}";

        refused(issuer.jwt(header, CredentialMaker.payload("did:web:identity.test", "")), "credential-not-signed");
    }

    @Test
    void anAlteredCredentialIsRefused() {
        String jwt = issue("vc_jwt").path("credential");
        var parts = jwt.split("\\.", -1);
        var payload = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
                .replace(client.did(), owner.did());
        var altered = Base64.getUrlEncoder().withoutPadding().encodeToString(payload.getBytes(StandardCharsets.UTF_8));

        refused(parts[0] + "." + altered + "." + parts[2], "credential-not-signed");
    }

    @Test
    void timesAreTakenByTheClockWithItsSkew() {
        var now = CredentialMaker.now();
        var did = issuer.did();

        refused(
                issuer.jwt(CredentialMaker.payload(did, now.plusSeconds(60), now.plusSeconds(90), "")),
                "credential-not-valid-now");
        refused(
                issuer.jwt(CredentialMaker.payload(did, now.minusSeconds(90), now.minusSeconds(60), "")),
                "credential-not-valid-now");
        verify(issuer.jwt(CredentialMaker.payload(did, now.plusSeconds(3), now.plusSeconds(90), "")))
                .statusCode(200);
    }

    @Test
    void anIssuerThatCannotBeResolvedIsNotBelieved() {
        for (var did : new String[] {"did:web:evil.example", "did:web:127.0.0.1", "did:example:x", "did:pkh:x"}) {
            var header = "{\"alg\":\"EdDSA\",\"typ\":\"vc+jwt\",\"kid\":\"" + did + "#key\"}";
            refused(issuer.jwt(header, CredentialMaker.payload(did, "")), "issuer-not-resolved");
        }
    }

    @Test
    void aStatusListThatAStrangerNamesIsNotFetched() {
        for (var list : new String[] {
            "https://evil.example/lists/1",
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
            // Ours, by an issuer who is not us.
            "https://identity.test/status-lists/1"
        }) {
            refused(
                            issuer.jwt(issuer.payload(CredentialMaker.status("revocation", list, "1"))),
                            "credential-status-not-checked")
                    .body("detail", containsString("not fetched here"));
        }
    }

    @Test
    void anAccessTokenOrAnAssertionIsNoCredential() {
        refused(owner.token("identity-service"), "invalid-credential");
        refused(owner.assertion(), "invalid-credential");
        // The same credential in the older form is not one of this.
        refused(issue("jwt_vc_json").path("credential"), "invalid-credential");
    }

    @Test
    void aCredentialIsNoClientAssertion() {
        for (var format : new String[] {"vc_jwt", "jwt_vc_json"}) {
            TestClient.ask(issue(format).path("credential"), "identity-service", "")
                    .statusCode(401)
                    .body("error", equalTo("invalid_client"));
        }
        // Nor one that a holder signed for itself with the right claims.
        var payload = client.claims("jti-" + System.nanoTime());
        TestClient.ask(
                        client.key()
                                .compactJws(
                                        "{\"alg\":\"EdDSA\",\"typ\":\"vc+jwt\"}",
                                        payload.getBytes(StandardCharsets.UTF_8)),
                        "identity-service",
                        "")
                .statusCode(401);
    }

    @Test
    void aCredentialIsNoAccessToken() {
        for (var format : new String[] {"vc_jwt", "jwt_vc_json"}) {
            given().auth()
                    .oauth2(issue(format).path("credential"))
                    .get("/v1/tenants/" + tenant + "/credentials")
                    .then()
                    .statusCode(401);
        }
    }

    @Test
    void aCredentialIsNoSpendGrant() {
        for (var format : new String[] {"vc_jwt", "jwt_vc_json"}) {
            given().auth()
                    .oauth2(client.token("identity-service"))
                    .contentType("application/jwt")
                    .body(issue(format).<String>path("credential").getBytes(StandardCharsets.US_ASCII))
                    .post("/v1/tenants/" + tenant + "/grants")
                    .then()
                    .statusCode(422)
                    .body("type", equalTo("/problems/invalid-grant"));
        }
    }

    @Test
    void whoHasNoAccessTokenHasNothingVerified() {
        given().contentType("application/json")
                .body("{\"jwt\":\"" + issuer.jwt() + "\"}")
                .post("/v1/credentials/verify")
                .then()
                .statusCode(401);
    }

    private static String assertionMethod() {
        return given().get("/.well-known/did.json").path("assertionMethod[0]");
    }

    private static String jwtOf(TestClient holder, String did) {
        var header = "{\"alg\":\"EdDSA\",\"typ\":\"vc+jwt\",\"kid\":\"%s#%s\"}".formatted(did, holder.multibase());
        return holder.key().compactJws(header, CredentialMaker.payload(did, "").getBytes(StandardCharsets.UTF_8));
    }

    private ExtractableResponse<Response> issue(String format) {
        return owner.post(
                        "/v1/tenants/" + tenant + "/credentials",
                        "{\"subject\":\"%s\",\"type\":\"TallystickClientCredential\",\"format\":\"%s\"}"
                                .formatted(client.did(), format))
                .statusCode(201)
                .extract();
    }

    private ValidatableResponse verify(String jwt) {
        return owner.post("/v1/credentials/verify", "{\"jwt\":\"" + jwt + "\"}");
    }

    private ValidatableResponse refused(String jwt, String problem) {
        return verify(jwt)
                .statusCode(422)
                .body("type", startsWith("/problems/"))
                .body("type", equalTo("/problems/" + problem));
    }
}
