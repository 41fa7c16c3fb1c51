package io.tallystick.kit.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.events.ApiKeyChanged;
import io.tallystick.events.DomainEvent;
import io.tallystick.events.IdentityHeartbeat;
import io.tallystick.events.KeyChanged;
import io.tallystick.kit.access.AccessRefused.Reason;
import io.tallystick.kit.access.apikey.ApiKey;
import io.tallystick.kit.access.proof.DpopProofs;
import io.tallystick.kit.access.proof.MemoryUsedProofs;
import io.tallystick.kit.access.proof.NonceSeries;
import io.tallystick.kit.access.proof.Origins;
import io.tallystick.kit.access.proof.Presented;
import io.tallystick.kit.access.proof.ProofKeys;
import io.tallystick.kit.access.proof.TestProver;
import io.tallystick.kit.access.proof.signature.HttpSignatures;
import io.tallystick.kit.access.proof.signature.TestSignature;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An access token that is bound to a key is taken from who proves the key, once for each proof, and from nobody else. */
class AccessCheckTest {
    private static final Duration SKEW = Duration.ofSeconds(5);
    private static final String URL = "http://usage.test/v1/events";

    private final Ed25519Signer eventKey = TestIdentity.randomKey();
    private final Ed25519Signer key = TestIdentity.randomKey();
    private final TestProver agent = TestProver.ed25519();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final IdentityView identity =
            new IdentityView(eventKey.publicKey().didKey(), Duration.ofSeconds(30), Duration.ofSeconds(2), SKEW);
    private final AccessCheck access = check(1_000);

    @BeforeEach
    void identitySpeaks() {
        apply(
                "key.changed",
                new KeyChanged(
                        "k1",
                        key.publicKey().base64Url(),
                        KeyChanged.Purpose.ACCESS_TOKEN,
                        KeyChanged.State.ACTIVE,
                        Instant.now(),
                        1));
        heartbeat(
                Instant.now(), new NonceSeries(eventKey::sign).at(Instant.now()).accepted());
    }

    @Test
    void aBoundAccessTokenWithItsProof() {
        var token = bound();

        var admitted = admitted(dpop(token, nonce()));

        assertThat(admitted.token().key()).contains(agent.thumbprint());
        assertThat(admitted.proof()).isPresent();
    }

    @Test
    void aBoundAccessTokenWithASignedRequest() {
        assertThat(admitted(signed(bound(), "1")).token().key()).contains(agent.thumbprint());
    }

    @Test
    void anUnboundAccessTokenIsABearerTokenAsBefore() {
        var admitted = admitted(headers(Map.of("Authorization", "bearer " + unbound())));

        assertThat(admitted.token().key()).isEmpty();
        assertThat(admitted.proof()).isEmpty();
    }

    @Test
    void aBoundTokenAsBearer() {
        var token = bound();

        assertRefused(Reason.NOT_PROVEN, headers(Map.of("Authorization", "Bearer " + token)));
        // With the proof beside it, too: the scheme says which proof is looked at.
        assertRefused(
                Reason.NOT_PROVEN, headers(Map.of("Authorization", "Bearer " + token, "DPoP", proof(token, nonce()))));
    }

    @Test
    void aBoundTokenWithoutItsProof() {
        assertRefused(Reason.BAD_PROOF, headers(Map.of("Authorization", "DPoP " + bound())));
    }

    @Test
    void anUnboundTokenWithDpop() {
        assertRefused(Reason.NOT_PROVEN, dpop(unbound(), nonce()));
    }

    @Test
    void theProofOfAnotherKey() {
        var token = bound();
        var other = TestProver.ed25519();

        assertRefused(
                Reason.BAD_PROOF,
                headers(Map.of("Authorization", "DPoP " + token, "DPoP", other.proof("POST", URL, token, nonce()))));
        assertRefused(Reason.BAD_REQUEST_SIGNATURE, signed(other, token, "1"));
    }

    @Test
    void replayOfAProof() {
        var request = dpop(bound(), nonce());
        var signed = signed(bound(), "1");

        admitted(request);
        assertRefused(Reason.BAD_PROOF, request);
        admitted(signed);
        assertRefused(Reason.BAD_REQUEST_SIGNATURE, signed);
        assertThat(metrics.counter("tallystick.access.refusals", "reason", "bad_proof")
                        .count())
                .isEqualTo(1);
    }

    /** A proof is not lost to a request that is refused for something else. */
    @Test
    void whatIsNotAllowedUsesNoProof() {
        var token = bound();
        var request = dpop(token, nonce());

        assertThatThrownBy(() -> access.require(request, "meters:write", false)
                        .toCompletableFuture()
                        .join())
                .hasCauseInstanceOf(AccessRefused.class);
        admitted(request);
    }

    @Test
    void anExpiredNonce() {
        var past = new NonceSeries(eventKey::sign)
                .at(Instant.now().minusSeconds(90))
                .accepted();

        assertRefused(Reason.NEEDS_NONCE, dpop(bound(), past.getFirst()));
    }

    /** During a roll-out identity-service may be older. What it bound was refused before, so nobody misses anything. */
    @Test
    void heartbeatsWithoutNonces() {
        heartbeat(Instant.now().plusSeconds(1), List.of());

        assertRefused(Reason.PROOF_NOT_CHECKED, dpop(bound(), "any"));
        admitted(headers(Map.of("Authorization", "Bearer " + unbound())));
        admitted(signed(bound(), "1"));
    }

    @Test
    void moreProofsThanAreRemembered() {
        var small = check(4);
        small.require(dpop(bound(), nonce()), "usage:write", false)
                .toCompletableFuture()
                .join();

        assertThatThrownBy(() -> small.require(dpop(bound(), nonce()), "usage:write", false)
                        .toCompletableFuture()
                        .join())
                .cause()
                .isInstanceOfSatisfying(
                        AccessRefused.class, e -> assertThat(e.reason()).isEqualTo(Reason.PROOF_NOT_CHECKED));
    }

    @Test
    void twoAccessTokens() {
        var token = unbound();

        assertRefused(
                Reason.NO_TOKEN,
                new Presented(
                        "POST",
                        "http",
                        "usage.test",
                        "/v1/events",
                        "",
                        name -> name.equals("Authorization")
                                ? List.of("Bearer " + token, "Bearer " + token)
                                : List.of()));
        assertRefused(Reason.NO_TOKEN, headers(Map.of("Authorization", "Basic " + token)));
        assertRefused(Reason.NO_TOKEN, headers(Map.of()));
    }

    private AccessCheck check(int mostProofs) {
        var origins = new Origins(List.of());
        return new AccessCheck(
                new Config(),
                identity,
                new DpopProofs(new ProofKeys(), origins, SKEW),
                new HttpSignatures(new ProofKeys(), origins, SKEW),
                new MemoryUsedProofs(Duration.ofSeconds(70), mostProofs),
                metrics);
    }

    @Test
    void anApiKeyForAnotherServiceMayDoNothingHere() {
        var here = told(Map.of("metering-service", List.of("usage:write")), false, 1);
        var elsewhere = told(Map.of("billing-service", List.of("usage:write")), false, 2);

        assertThat(admitted(headers(Map.of("x-api-key", here))).token().scopes())
                .containsExactly("usage:write");
        assertRefused(Reason.INSUFFICIENT_SCOPE, headers(Map.of("x-api-key", elsewhere)));
    }

    @Test
    void aClientsApiKeyReadsNothingThatIsNotItsOwn() {
        var all = told(Map.of("metering-service", List.of("usage:read")), false, 1);
        var own = told(Map.of("metering-service", List.of("usage:read")), true, 2);

        assertThat(read(all, false).token().ownOnly()).isFalse();
        assertThat(read(own, true).token().ownOnly()).isTrue();
        assertThatThrownBy(() -> read(own, false)).hasCauseInstanceOf(AccessRefused.class);
    }

    private AccessCheck.Admitted read(String apiKey, boolean own) {
        return access.require(headers(Map.of("x-api-key", apiKey)), "usage:read", own)
                .toCompletableFuture()
                .join();
    }

    /** @return the API key that identity has now told of */
    private String told(Map<String, List<String>> scopes, boolean own, long revision) {
        var id = new byte[ApiKey.ID_BYTES];
        id[0] = (byte) revision;
        var made = ApiKey.of(id, new byte[ApiKey.SECRET_BYTES]);
        var now = Instant.now();
        apply(
                "api-key.changed",
                new ApiKeyChanged(
                        made.id(),
                        "acme",
                        "did:key:zClient",
                        made.hash(),
                        scopes,
                        own,
                        List.of("*"),
                        600,
                        1_000,
                        now.plusSeconds(60),
                        false,
                        now,
                        now.plusSeconds(60),
                        revision));
        apply(
                "key.changed",
                new IdentityHeartbeat(1, now, List.of("k1"), Map.of("api-key.changed", revision), List.of()));
        return made.reveal();
    }

    private Presented dpop(String token, String nonce) {
        return headers(Map.of("Authorization", "DPoP " + token, "DPoP", proof(token, nonce)));
    }

    private String proof(String token, String nonce) {
        return agent.proof("POST", URL, token, nonce);
    }

    private Presented signed(String token, String nonce) {
        return signed(agent, token, nonce);
    }

    private static Presented signed(TestProver prover, String token, String nonce) {
        var authorization = "Bearer " + token;
        var parameters =
                ";created=%d;keyid=\"%s\";nonce=\"%s\"".formatted(Instant.now().getEpochSecond(), prover.did(), nonce);
        var signature = TestSignature.headers(prover, TestSignature.parts("POST", URL, authorization, ""), parameters);
        return new Presented("POST", "http", "usage.test", "/v1/events", "", name -> switch (name) {
            case "Authorization", "authorization" -> List.of(authorization);
            default -> signature.containsKey(name) ? List.of(signature.get(name)) : List.of();
        });
    }

    private String nonce() {
        return access.nonces().given().orElseThrow();
    }

    private String bound() {
        return token("{\"cnf\":{\"jkt\":\"" + agent.thumbprint() + "\"},\"iss\"");
    }

    private String unbound() {
        return token("{\"iss\"");
    }

    private String token(String start) {
        var claims =
                TestIdentity.claims("acme", TestIdentity.randomDid(), "metering-service", Instant.now(), "usage:write");
        return key.compactJws(
                TestIdentity.header("k1"), claims.replace("{\"iss\"", start).getBytes(StandardCharsets.UTF_8));
    }

    private AccessCheck.Admitted admitted(Presented request) {
        return access.require(request, "usage:write", false)
                .toCompletableFuture()
                .join();
    }

    private void assertRefused(Reason reason, Presented request) {
        assertThatThrownBy(() -> admitted(request))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        AccessRefused.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private static Presented headers(Map<String, String> headers) {
        return new Presented(
                "POST",
                "http",
                "usage.test",
                "/v1/events",
                "",
                name -> headers.containsKey(name) ? List.of(headers.get(name)) : List.of());
    }

    private void heartbeat(Instant time, List<String> nonces) {
        for (var topic : IdentityView.TOPICS) {
            apply(
                    topic,
                    new IdentityHeartbeat(topic.equals("key.changed") ? 1 : 0, time, List.of("k1"), Map.of(), nonces));
        }
    }

    private void apply(String topic, DomainEvent event) {
        identity.apply(topic, TestIdentity.signed(eventKey, topic, event), Instant.now());
    }

    private static final class Config implements AccessConfig {
        @Override
        public String issuer() {
            return TestIdentity.ISSUER;
        }

        @Override
        public List<String> eventKey() {
            return List.of("");
        }

        @Override
        public String audience() {
            return "metering-service";
        }

        @Override
        public Duration maxSilence() {
            return SKEW;
        }

        @Override
        public Duration maxLag() {
            return SKEW;
        }

        @Override
        public Duration clockSkew() {
            return SKEW;
        }
    }
}
