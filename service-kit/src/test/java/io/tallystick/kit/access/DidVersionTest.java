package io.tallystick.kit.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.events.DidChanged;
import io.tallystick.events.DomainEvent;
import io.tallystick.events.IdentityHeartbeat;
import io.tallystick.events.KeyChanged;
import io.tallystick.kit.access.AccessRefused.Reason;
import io.tallystick.kit.access.IdentityView.Applied;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Access tokens of a DID whose keys change end with the version at which they were issued. */
class DidVersionTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final Duration SKEW = Duration.ofSeconds(5);
    private static final String DID =
            "did:webvh:QmYenkKz1xeosgJj1BLgvtTVf5YHjnUXCGCjisSu2UvPwR:a.example:dids:acme:one";
    private static final String FIRST = "1-QmRRaLXwc6BjBuBPosSupJwEQ8w9f3znP7yfbpGfwcnLr6";
    private static final String SECOND = "2-QmQPBuMBTozq2RuKHrZyZzti7EFNJqqiSic5AFUCm6Yz5r";
    private static final String OTHER_SECOND = "2-QmYenkKz1xeosgJj1BLgvtTVf5YHjnUXCGCjisSu2UvPwR";
    private static final String TENTH = "10-QmQPBuMBTozq2RuKHrZyZzti7EFNJqqiSic5AFUCm6Yz5r";

    private final Ed25519Signer eventKey = TestIdentity.randomKey();
    private final Ed25519Signer key = TestIdentity.randomKey();
    private final IdentityView identity =
            new IdentityView(eventKey.publicKey().didKey(), Duration.ofSeconds(5), Duration.ofSeconds(2), SKEW);
    private final AccessTokenVerifier verifier =
            new AccessTokenVerifier(TestIdentity.ISSUER, "billing-service", SKEW, identity);

    @BeforeEach
    void identitySpeaks() {
        apply(
                "key.changed",
                new KeyChanged(
                        "k1",
                        key.publicKey().base64Url(),
                        KeyChanged.Purpose.ACCESS_TOKEN,
                        KeyChanged.State.ACTIVE,
                        NOW,
                        1));
        for (var topic : IdentityView.TOPICS) {
            apply(topic, new IdentityHeartbeat(topic.equals("key.changed") ? 1 : 0, NOW, List.of("k1"), Map.of()));
        }
    }

    @Test
    void acceptsTheVersionThatWasTold() {
        accepts(FIRST);
        told(SECOND, 2);

        accepts(SECOND);
    }

    @Test
    void acceptsAVersionWhoseEventIsOnItsWay() {
        told(SECOND, 2);

        accepts(TENTH);
    }

    @Test
    void versionsAreCountedNotSpelled() {
        told(TENTH, 2);

        refuses(Reason.OUTDATED_DID, SECOND);
        accepts(TENTH);
    }

    @Test
    void aVersionWithAnotherTenantChangesNothing() {
        apply("did.changed", new DidChanged(DID, "other", "client", List.of(), false, NOW, 2, SECOND));

        accepts(FIRST);
    }

    @Test
    void anEventThatSaysNothingOfAVersionChangesNone() {
        told(SECOND, 2);
        told("", 3);

        refuses(Reason.OUTDATED_DID, FIRST);
        accepts(SECOND);
    }

    @Test
    void isForgottenWhenNoAccessTokenOfBeforeCanLive() {
        told(SECOND, 2);
        identity.apply("did.changed", event(eventKey, "", 3), NOW.plusSeconds(311));

        assertThat(identity.outdated("acme", DID, FIRST)).isFalse();
    }

    @Nested
    class Attack {
        @Test
        void rotatedKeyStillAccepted() {
            accepts(FIRST);
            told(SECOND, 2);

            refuses(Reason.OUTDATED_DID, FIRST);
        }

        @Test
        void rollbackOfADidVersion() {
            told(TENTH, 5);
            told(SECOND, 2);
            told(SECOND, 6);

            refuses(Reason.OUTDATED_DID, SECOND);
            accepts(TENTH);
        }

        @Test
        void anotherHistoryOfTheSameLength() {
            told(SECOND, 2);

            refuses(Reason.OUTDATED_DID, OTHER_SECOND);
        }

        @Test
        void cachePoisoning() {
            told(SECOND, 2);
            var poison = event(TestIdentity.randomKey(), TENTH, 9);

            assertThat(identity.apply("did.changed", poison, NOW)).isEqualTo(Applied.REFUSED);
            accepts(SECOND);
        }

        @Test
        void versionLeftOut() {
            refuses(Reason.MALFORMED, claims(DID, ""));
        }

        @Test
        void versionOfADidThatHasNone() {
            refuses(Reason.MALFORMED, claims(TestIdentity.randomDid(), "\"didVersion\":\"" + FIRST + "\","));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"", "1", "1-", "-1", "9999999999-x", "0-Qm", "99999999999999999999", "2 ", "１-Qm", "x-1"})
        void versionThatIsNone(String version) {
            told(SECOND, 2);

            refuses(Reason.MALFORMED, claims(DID, "\"didVersion\":\"" + version + "\","));
        }

        @ParameterizedTest
        @ValueSource(strings = {"null", "3", "true", "[\"3-Qm\"]", "{}"})
        void versionThatIsNoText(String json) {
            refuses(Reason.MALFORMED, claims(DID, "\"didVersion\":" + json + ","));
        }
    }

    private void told(String version, long revision) {
        apply("did.changed", new DidChanged(DID, "acme", "client", List.of(), false, NOW, revision, version));
    }

    private static byte[] event(Ed25519Signer by, String version, long revision) {
        return TestIdentity.signed(
                by, "did.changed", new DidChanged(DID, "acme", "client", List.of(), false, NOW, revision, version));
    }

    private void apply(String topic, DomainEvent event) {
        identity.apply(topic, TestIdentity.signed(eventKey, topic, event), NOW);
    }

    private static String claims(String did, String version) {
        return TestIdentity.claims("acme", did, "billing-service", NOW, "billing:read")
                .replace("{\"iss\"", "{" + version + "\"iss\"");
    }

    private AccessToken verify(String claims) {
        var token = key.compactJws(TestIdentity.header("k1"), claims.getBytes(StandardCharsets.UTF_8));
        return verifier.verify(token, NOW);
    }

    private void accepts(String version) {
        assertThat(verify(claims(DID, "\"didVersion\":\"" + version + "\",")).did())
                .isEqualTo(DID);
    }

    private void refuses(Reason reason, String versionOrClaims) {
        var claims = versionOrClaims.startsWith("{")
                ? versionOrClaims
                : claims(DID, "\"didVersion\":\"" + versionOrClaims + "\",");
        assertThatThrownBy(() -> verify(claims))
                .isInstanceOfSatisfying(AccessRefused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(reason));
    }
}
