package io.tallystick.billing.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.VertxContextSupport;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.smallrye.mutiny.Uni;
import io.tallystick.billing.BillingStack;
import io.tallystick.kit.access.TestIdentity;
import io.tallystick.kit.access.proof.Proof;
import io.tallystick.kit.access.proof.ProvenBody;
import io.tallystick.kit.access.proof.TestProver;
import io.tallystick.kit.access.proof.UsedProofs.Claim;
import io.tallystick.kit.access.proof.signature.TestSignature;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.hibernate.reactive.mutiny.Mutiny;
import org.junit.jupiter.api.Test;

/** A proof is taken once, by one of all instances: what they share is the database. */
@QuarkusTest
@WithTestResource(BillingStack.class)
class TakenProofsTest {
    private static final String PATH = "/v1/rate-cards";
    private static final String CARD = "{\"no\":\"card\"}";

    @Inject
    Mutiny.SessionFactory sessions;

    private final TestProver agent = TestProver.ed25519();

    @Test
    void replayOfAProofInOneInstance() {
        var token = token();
        var proof = agent.proof("GET", url(), token, BillingStack.nonce());

        get(token, proof).statusCode(200);
        get(token, proof)
                .statusCode(401)
                .body("type", containsString("proof-refused"))
                .body("detail", containsString("used before"));
    }

    @Test
    void replayOfAProofOverTwoInstances() throws Exception {
        var one = new TakenProofs(sessions);
        var other = new TakenProofs(sessions);
        var proof = proof(Instant.now().plusSeconds(65));

        List<Callable<Claim>> asked = List.of(() -> claim(one, proof), () -> claim(other, proof));
        try (var threads = Executors.newFixedThreadPool(2)) {
            var claims =
                    threads.invokeAll(asked).stream().map(Future::resultNow).toList();

            assertThat(claims).containsExactlyInAnyOrder(Claim.FRESH, Claim.USED);
        }
    }

    @Test
    void whatCouldBeTakenAgainIsNotForgotten() throws Throwable {
        var taken = new TakenProofs(sessions);
        var fresh = proof(Instant.now());
        var old = proof(Instant.now().minusSeconds(61));
        claim(taken, fresh);
        claim(taken, old);

        VertxContextSupport.subscribeAndAwait(taken::forget);

        assertThat(claim(taken, fresh)).isEqualTo(Claim.USED);
        assertThat(claim(taken, old)).isEqualTo(Claim.FRESH);
    }

    @Test
    void replayOfASignedRequest() {
        var token = token();
        var signed = signed(token, CARD);

        post(signed, CARD).body("type", not(containsString("request-signature-refused")));
        post(signed, CARD).statusCode(401).body("type", containsString("request-signature-refused"));
    }

    @Test
    void bodyAlteredWithItsDigestKept() {
        post(signed(token(), CARD), CARD.replace("card", "care"))
                .statusCode(401)
                .body("type", containsString("request-signature-refused"))
                .body("detail", containsString("Content-Digest"))
                .header("Accept-Signature", containsString("content-digest"));
    }

    @Test
    void aBodyThatNothingWasSignedOf() {
        post(signed(token(), ""), CARD).statusCode(401).body("type", containsString("request-signature-refused"));
    }

    private String token() {
        return BillingStack.boundToken(
                agent.thumbprint(), "acme", TestIdentity.randomDid(), "rates:write", "billing:read");
    }

    private Map<String, String> signed(String token, String body) {
        var authorization = "Bearer " + token;
        var parameters = ";created=%d;keyid=\"%s\";nonce=\"%s\";alg=\"ed25519\""
                .formatted(Instant.now().getEpochSecond(), agent.did(), UUID.randomUUID());
        var parts = TestSignature.parts("POST", url(), authorization, body);
        var headers = new HashMap<>(TestSignature.headers(agent, parts, parameters));
        headers.put("Authorization", authorization);
        if (!body.isEmpty()) {
            headers.put("Content-Digest", TestSignature.digest(body));
        }
        return headers;
    }

    private static ValidatableResponse get(String token, String proof) {
        return given().header("Authorization", "DPoP " + token)
                .header("DPoP", proof)
                .get(PATH)
                .then();
    }

    private static ValidatableResponse post(Map<String, String> headers, String body) {
        return given().headers(headers)
                .contentType("application/json")
                .body(body)
                .post(PATH)
                .then();
    }

    private static Proof proof(Instant usableUntil) {
        return new Proof("x".repeat(43), UUID.randomUUID().toString(), usableUntil, "", ProvenBody.UNSAID);
    }

    private static Claim claim(TakenProofs by, Proof proof) throws Exception {
        try {
            return VertxContextSupport.subscribeAndAwait(
                    () -> Uni.createFrom().completionStage(by.claim(proof, Instant.now())));
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static String url() {
        return "http://localhost:" + RestAssured.port + PATH;
    }
}
