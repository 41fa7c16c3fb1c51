package io.tallystick.identity.access;

import static io.restassured.RestAssured.given;
import static io.tallystick.kit.access.proof.TestProver.claims;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.kit.access.CompactJws;
import io.tallystick.kit.access.proof.TestProver;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A proof of a key (RFC 9449) with a request for an access token, and with the access token that it gives. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class TokenProofTest {
    private final TestClient operator = TestClient.operator();
    private final TestProver prover = TestProver.p256();
    private String nonce;

    @BeforeEach
    void isGivenANonce() {
        nonce = ask(proof("", (_, _) -> {}))
                .statusCode(400)
                .body("error", equalTo("use_dpop_nonce"))
                .header("DPoP-Nonce", notNullValue())
                .header("Cache-Control", "no-store")
                .extract()
                .header("DPoP-Nonce");
    }

    @Test
    void bindsTheAccessTokenToTheKey() {
        var token = ask(proof(nonce, (_, _) -> {}))
                .statusCode(200)
                .body("token_type", equalTo("DPoP"))
                .extract()
                .<String>path("access_token");

        var said = CompactJws.parse(token, 4096, Set.of("alg", "typ", "kid")).claims();
        assertThat(said.at("/cnf/jkt").asText()).isEqualTo(prover.thumbprint());
        get(token, prover.proof("GET", url("/v1/keys"), token, nonce)).statusCode(200);
    }

    @Test
    void metadataSayWhichAlgorithmsProofsMayHave() {
        given().get("/.well-known/oauth-authorization-server")
                .then()
                .body("dpop_signing_alg_values_supported", hasItems("EdDSA", "ES256"));
    }

    @Test
    void whoLacksANonceCanSendTheSameAssertionAgain() {
        var assertion = operator.assertion();

        ask(assertion, proof("", (_, _) -> {})).statusCode(400);
        ask(assertion, proof(nonce, (_, _) -> {})).statusCode(200);
    }

    @Test
    void replayOfAProof() {
        var proof = proof(nonce, (_, _) -> {});

        ask(proof).statusCode(200);
        ask(proof)
                .statusCode(400)
                .body("error", equalTo("invalid_dpop_proof"))
                .body("error_description", containsString("used before"));
    }

    @Test
    void aProofForAnotherMethodOrUrl() {
        refused(proof(nonce, claims(c -> c.put("htm", "GET"))));
        refused(proof(nonce, claims(c -> c.put("htu", url("/v1/keys")))));
    }

    @Test
    void twoProofs() {
        refused(proof(nonce, (_, _) -> {}), proof(nonce, (_, _) -> {}));
    }

    @Test
    void anAssertionAsAProof() {
        refused(operator.assertion());
    }

    @Test
    void aProofAsAnAssertion() {
        var said = operator.claims("x");
        var header = "{\"typ\":\"dpop+jwt\",\"alg\":\"EdDSA\"}";
        var assertion = operator.key().compactJws(header, said.getBytes(UTF_8));

        ask(assertion, proof(nonce, (_, _) -> {})).statusCode(401).body("error", equalTo("invalid_client"));
        ask(proof(nonce, (_, _) -> {}), proof(nonce, (_, _) -> {}))
                .statusCode(401)
                .body("error", equalTo("invalid_client"));
    }

    @Test
    void aBoundAccessTokenAsABearerToken() {
        var token = token();

        given().auth()
                .oauth2(token)
                .get("/v1/keys")
                .then()
                .statusCode(401)
                .body("type", containsString("key-not-proven"));
    }

    @Test
    void anUnboundAccessTokenWithAProof() {
        var token = operator.token("identity-service");

        get(token, prover.proof("GET", url("/v1/keys"), token, nonce))
                .statusCode(401)
                .body("type", containsString("key-not-proven"));
    }

    @Test
    void theProofOfAnotherKey() {
        var token = token();

        refused(get(token, TestProver.ed25519().proof("GET", url("/v1/keys"), token, nonce)), "proof-refused")
                .header("WWW-Authenticate", containsString("error=\"invalid_dpop_proof\""))
                .header("WWW-Authenticate", containsString("algs=\""));
    }

    @Test
    void replayOfAProofWithAnAccessToken() {
        var token = token();
        var proof = prover.proof("GET", url("/v1/keys"), token, nonce);

        get(token, proof).statusCode(200);
        refused(get(token, proof), "proof-refused").body("detail", containsString("used before"));
    }

    @Test
    void aProofForAnotherAccessToken() {
        refused(get(token(), prover.proof("GET", url("/v1/keys"), token(), nonce)), "proof-refused");
    }

    @Test
    void aNonceThatWasGuessed() {
        var token = token();

        refused(get(token, prover.proof("GET", url("/v1/keys"), token, "guessed")), "proof-needs-nonce")
                .header("WWW-Authenticate", containsString("DPoP"))
                .header("WWW-Authenticate", containsString("error=\"use_dpop_nonce\""))
                .header("DPoP-Nonce", notNullValue());
    }

    @Test
    void twoProofsWithAnAccessToken() {
        var token = token();

        refused(
                given().header("Authorization", "DPoP " + token)
                        .header("DPoP", prover.proof("GET", url("/v1/keys"), token, nonce))
                        .header("DPoP", prover.proof("GET", url("/v1/keys"), token, nonce))
                        .get("/v1/keys")
                        .then(),
                "proof-refused");
    }

    private String token() {
        return ask(proof(nonce, (_, _) -> {})).statusCode(200).extract().path("access_token");
    }

    private String proof(String named, TestProver.Alteration alteration) {
        return prover.proof("POST", url("/token"), named, Instant.now(), alteration);
    }

    private void refused(String... proofs) {
        ask(operator.assertion(), proofs).statusCode(400).body("error", equalTo("invalid_dpop_proof"));
    }

    private static ValidatableResponse refused(ValidatableResponse answer, String problem) {
        return answer.statusCode(401).body("type", containsString(problem));
    }

    private ValidatableResponse ask(String proof) {
        return ask(operator.assertion(), proof);
    }

    private static ValidatableResponse ask(String assertion, String... proofs) {
        var request = given().contentType("application/x-www-form-urlencoded")
                .formParam("grant_type", "client_credentials")
                .formParam("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                .formParam("client_assertion", assertion)
                .formParam("resource", "identity-service");
        for (var proof : proofs) {
            request.header("DPoP", proof);
        }
        return request.post("/token").then();
    }

    private static ValidatableResponse get(String token, String proof) {
        return given().header("Authorization", "DPoP " + token)
                .header("DPoP", proof)
                .get("/v1/keys")
                .then();
    }

    private static String url(String path) {
        return "http://localhost:" + RestAssured.port + path;
    }
}
