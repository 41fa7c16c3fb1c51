package io.tallystick.identity.key;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.VertxContextSupport;
import io.smallrye.mutiny.Uni;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.identity.key.signer.Holder;
import io.tallystick.identity.key.signer.KeyPurpose;
import io.tallystick.identity.key.signer.SignerConfig;
import io.tallystick.identity.key.signer.SignerFailed;
import io.tallystick.identity.key.signer.Signers;
import io.tallystick.identity.key.signer.TestSigners;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys in a Vault, in the whole service: another instance, which makes its keys there, makes the next ones. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class VaultKeysTest {
    private final TestClient operator = TestClient.operator();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    @Inject
    StoredKeys stored;

    @Inject
    SigningKeys keys;

    @Inject
    Signers signers;

    @Inject
    Heartbeats heartbeats;

    @Inject
    SignerConfig config;

    @Inject
    Vertx vertx;

    @ConfigProperty(name = "tallystick.identity.vault.address")
    String vault;

    private Rotation other;

    @BeforeEach
    void signsInAVault() {
        other = rotation(TestSigners.making(Holder.VAULT, config, vertx, metrics));
        awaitToken();
        done(other.rotateCompromised(KeyPurpose.ACCESS_TOKEN));
        await().atMost(Duration.ofSeconds(10)).until(() -> signs() == Holder.VAULT);
    }

    @AfterEach
    void signsHereAgain() {
        calm();
        done(rotation(signers).rotateCompromised(KeyPurpose.ACCESS_TOKEN));
        await().atMost(Duration.ofSeconds(10)).until(() -> signs() == Holder.LOCAL);
        awaitToken();
    }

    private Rotation rotation(Signers with) {
        return new Rotation(keys, stored, with, heartbeats, metrics);
    }

    private Holder signs() {
        return keys.ring(KeyPurpose.ACCESS_TOKEN)
                .signer(Instant.now())
                .orElseThrow()
                .holder();
    }

    private void awaitToken() {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(given().auth()
                        .oauth2(operator.token("identity-service"))
                        .get("/v1/tenants")
                        .statusCode())
                .isEqualTo(200));
    }

    @Test
    void accessTokensOfAKeyInAVaultAreAcceptedAndItsFailureIsSaidWithWhatToDo() {
        awaitToken();
        operator.get("/v1/keys")
                .body("keys.find { it.signs && it.purpose == 'access_token' }.holder", equalTo("vault"));
        trouble("SEALED");

        TestClient.ask(operator.assertion(), "identity-service", "")
                .statusCode(503)
                .header("Retry-After", equalTo("2"))
                .body("type", endsWith("/problems/signer-away"))
                .body("detail", not(containsString("vault")));
        assertThat(signers.trouble())
                .hasValueSatisfying(what -> assertThat(what).contains("unseal it"));

        calm();
        awaitToken();
        assertThat(signers.trouble()).isEmpty();
    }

    @Test
    void whatAVaultThatIsWrongAnswersReachesNobody() {
        trouble("WRONG_KEY");

        TestClient.ask(operator.assertion(), "identity-service", "")
                .statusCode(503)
                .body("access_token", equalTo(null));
    }

    @Test
    void compromisedKeysAreRevokedAlsoWhileNoOtherCanBeMade() {
        // The key was made a moment ago: the service may not have read of it.
        awaitToken();
        var token = operator.token("identity-service");
        var kids = keys.ring(KeyPurpose.ASSERTION).accepted();
        trouble("SEALED");

        assertThat(done(other.rotateCompromised(KeyPurpose.ASSERTION))).isEmpty();

        assertThat(given().get("/.well-known/did.json").asString())
                .doesNotContain(kids.getFirst().kid());
        // By the service's own rotation, which has a signer that is not away.
        await().atMost(Duration.ofSeconds(10))
                .until(() -> !keys.ring(KeyPurpose.ASSERTION).accepted().isEmpty());
        given().auth().oauth2(token).get("/v1/tenants").then().statusCode(200);
    }

    @Test
    void aVaultThatIsAwayMakesNoKeyAndTakesNoneAway() {
        var before = keys.ring(KeyPurpose.RECEIPT).accepted();
        trouble("SEALED");

        assertThatThrownBy(() -> done(other.rotate(KeyPurpose.RECEIPT))).isInstanceOf(SignerFailed.class);
        assertThat(keys.ring(KeyPurpose.RECEIPT).accepted()).isEqualTo(before);
        assertThat(metrics.get("tallystick.identity.signer.requests")
                        .tags("holder", "vault", "operation", "make", "outcome", "sealed")
                        .timer()
                        .count())
                .isOne();
    }

    /** For more requests than the test sends: the service looks at its Vault by itself, too. */
    private void trouble(String which) {
        given().post(vault + "/troubles/" + String.join(",", Collections.nCopies(20, which)))
                .then()
                .statusCode(204);
    }

    private void calm() {
        given().post(vault + "/troubles/").then().statusCode(204);
    }

    private static <T> T done(Uni<T> work) {
        try {
            return VertxContextSupport.subscribeAndAwait(() -> work);
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
