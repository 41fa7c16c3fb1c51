package io.tallystick.kit.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.events.DidChanged;
import io.tallystick.events.DomainEvent;
import io.tallystick.events.IdentityHeartbeat;
import io.tallystick.events.KeyChanged;
import io.tallystick.kit.access.AccessRefused.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each attack on an access token that a service must refuse. */
class AccessTokenVerifierTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final Duration SKEW = Duration.ofSeconds(5);
    private static final String DID = TestIdentity.randomDid();

    private final Ed25519Signer eventKey = TestIdentity.randomKey();
    private final Ed25519Signer key = TestIdentity.randomKey();
    private final IdentityView identity =
            new IdentityView(eventKey.publicKey().didKey(), Duration.ofSeconds(5), Duration.ofSeconds(2), SKEW);
    private final AccessTokenVerifier verifier =
            new AccessTokenVerifier(TestIdentity.ISSUER, "billing-service", SKEW, identity);

    @BeforeEach
    void identitySpeaks() {
        apply("key.changed", keyChanged("k1", key, KeyChanged.State.ACTIVE, 1));
        heartbeat(1, 0, "k1");
    }

    @Test
    void acceptsAnAccessTokenOfIdentity() {
        var token = verifier.verify(signed(header("k1"), claims()), NOW);

        assertThat(token.tenant()).isEqualTo("acme");
        assertThat(token.did()).isEqualTo(DID);
        assertThat(token.scopes()).containsExactlyInAnyOrder("billing:read", "rates:write");
        assertThat(token.expiresAt()).isEqualTo(NOW.plusSeconds(300));
    }

    @Test
    void saysWhichKeyItIsBoundToAndWhatIsSpent() {
        var thumbprint = "x".repeat(43);
        var bound = claims().replace("{\"iss\"", "{\"cnf\":{\"jkt\":\"" + thumbprint + "\"},\"iss\"");
        var spending = bound.replace(
                "{\"cnf\"", "{\"act\":{\"sub\":\"did:key:agent\"},\"grant\":\"0123456789abcdef\",\"cnf\"");

        assertThat(verifier.verify(signed(header("k1"), claims()), NOW).key()).isEmpty();
        assertThat(verifier.verify(signed(header("k1"), bound), NOW).key()).contains(thumbprint);
        assertThat(verifier.verify(signed(header("k1"), spending), NOW).spending())
                .contains(new AccessToken.Spending("did:key:agent", "0123456789abcdef"));
    }

    /** A binding that is not understood would be none. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"cnf\":{}",
                "\"cnf\":{\"jkt\":\"x\"}",
                "\"cnf\":{\"x5t#S256\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}",
                "\"cnf\":{\"jkt\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\",\"jwk\":{}}",
                "\"cnf\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
                "\"cnf\":null",
                "\"act\":{\"sub\":\"did:key:agent\"},\"grant\":\"0123456789abcdef\"",
                "\"grant\":\"0123456789abcdef\"",
                "\"act\":{\"sub\":\"did:key:agent\"}"
            })
    void aBindingThatIsNotUnderstood(String more) {
        assertRefused(Reason.MALFORMED, signed(header("k1"), claims().replace("{\"iss\"", "{" + more + ",\"iss\"")));
    }

    @Test
    void saysWhenItIsForTheCallersOwnOnly() {
        var own = claims().replace("{\"iss\"", "{\"own\":true,\"iss\"");

        assertThat(verifier.verify(signed(header("k1"), own), NOW).ownOnly()).isTrue();
        assertThat(verifier.verify(signed(header("k1"), claims()), NOW).ownOnly())
                .isFalse();
        assertRefused(Reason.MALFORMED, signed(header("k1"), own.replace("true", "false")));
        assertRefused(Reason.MALFORMED, signed(header("k1"), own.replace("true", "\"yes\"")));
    }

    @Nested
    class AttackOnTheAlgorithm {
        @Test
        void algNone() {
            var unsigned = encode("{\"alg\":\"none\",\"typ\":\"at+jwt\",\"kid\":\"k1\"}") + "." + encode(claims());

            assertRefused(Reason.MALFORMED, unsigned + ".");
            assertRefused(Reason.WRONG_HEADER, unsigned + ".AA");
        }

        @Test
        void hmacKeyedWithThePublicKey() throws Exception {
            var input = encode("{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"k1\"}") + "." + encode(claims());
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.publicKey().bytes(), "HmacSHA256"));
            var tag = mac.doFinal(input.getBytes(StandardCharsets.US_ASCII));

            assertRefused(Reason.WRONG_HEADER, input + "." + encode(tag));
        }

        @Test
        void algTakenFromTheHeader() {
            assertRefused(
                    Reason.WRONG_HEADER, signed("{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"k1\"}", claims()));
            assertRefused(
                    Reason.WRONG_HEADER, signed("{\"alg\":\"eddsa\",\"typ\":\"at+jwt\",\"kid\":\"k1\"}", claims()));
        }
    }

    @Nested
    class AttackOnTheKey {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"jwk\":{\"kty\":\"OKP\"}",
                    "\"jku\":\"https://evil.example/jwks\"",
                    "\"x5u\":\"https://evil.example/cert\"",
                    "\"x5c\":[\"MIIB\"]",
                    "\"crit\":[\"b64\"]",
                    "\"b64\":false"
                })
        void headerThatBringsItsOwnTrust(String member) {
            assertRefused(
                    Reason.MALFORMED,
                    signed("{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"k1\"," + member + "}", claims()));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "../../etc/passwd",
                    "k1' or '1'='1",
                    "https://evil.example/key",
                    "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
                    "K1",
                    ""
                })
        void kidInjection(String kid) {
            assertRefused(Reason.UNKNOWN_KEY, signed(header(kid), claims()));
        }

        @Test
        void signedBySomeoneElse() {
            var stranger = TestIdentity.randomKey();

            assertRefused(Reason.BAD_SIGNATURE, stranger.compactJws(header("k1"), bytes(claims())));
        }

        @Test
        void aKeyUsedForAnotherPurpose() {
            assertRefused(Reason.BAD_SIGNATURE, eventKey.compactJws(header("k1"), bytes(claims())));
            assertRefused(
                    Reason.UNKNOWN_KEY,
                    eventKey.compactJws(header(eventKey.publicKey().didKey()), bytes(claims())));
        }

        @Test
        void revokedKeyStillUsed() {
            var token = signed(header("k1"), claims());
            verifier.verify(token, NOW);

            apply("key.changed", keyChanged("k1", key, KeyChanged.State.REVOKED, 2));
            heartbeat(2, 0);

            assertRefused(Reason.UNKNOWN_KEY, token);
        }

        @Test
        void retiringKeyIsAcceptedUntilItIsRevoked() {
            apply("key.changed", keyChanged("k1", key, KeyChanged.State.RETIRING, 2));
            heartbeat(2, 0, "k1");

            assertThat(verifier.verify(signed(header("k1"), claims()), NOW).did())
                    .isEqualTo(DID);
        }
    }

    /** Of an access token that was verified it is remembered that this text was signed by this key, and nothing else. */
    @Nested
    class AttackOnWhatIsRemembered {
        private final String token = signed(header("k1"), claims());

        @BeforeEach
        void isRemembered() {
            verifier.verify(token, NOW);
            verifier.verify(token, NOW);
        }

        @Test
        void claimsChangedUnderARememberedSignature() {
            var parts = token.split("\\.", 3);

            assertRefused(
                    Reason.BAD_SIGNATURE, parts[0] + "." + encode(claims().replace("acme", "evil")) + "." + parts[2]);
        }

        @Test
        void rememberedUntilItExpires() {
            heartbeat(1, 310, "k1");

            assertThatThrownBy(() -> verifier.verify(token, NOW.plusSeconds(310)))
                    .isInstanceOfSatisfying(AccessRefused.class, refused -> assertThat(refused.reason())
                            .isEqualTo(Reason.EXPIRED));
        }

        @Test
        void rememberedWhenItsKeyIsWithdrawn() {
            apply("key.changed", keyChanged("k1", key, KeyChanged.State.REVOKED, 2));
            heartbeat(2, 0);

            assertRefused(Reason.UNKNOWN_KEY, token);
        }
    }

    @Nested
    class AttackOnTheSignature {
        @Test
        void changedClaims() {
            var parts = signed(header("k1"), claims()).split("\\.", 3);
            var changed = encode(claims().replace("acme", "evil"));

            assertRefused(Reason.BAD_SIGNATURE, parts[0] + "." + changed + "." + parts[2]);
        }

        @Test
        void zeroOrMissingSignature() {
            var parts = signed(header("k1"), claims()).split("\\.", 3);

            assertRefused(Reason.BAD_SIGNATURE, parts[0] + "." + parts[1] + "." + encode(new byte[64]));
            assertRefused(Reason.MALFORMED, parts[0] + "." + parts[1] + ".");
        }

        @Test
        void anotherSpellingOfTheSameSignature() {
            var token = signed(header("k1"), claims());
            // The last character of 64 bytes in base64url carries four unused bits.
            var last = token.charAt(token.length() - 1);
            var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            var other = alphabet.charAt(alphabet.indexOf(last) ^ 1);

            assertRefused(Reason.MALFORMED, token.substring(0, token.length() - 1) + other);
            assertRefused(Reason.MALFORMED, token + "==");
        }
    }

    @Nested
    class AttackOnTheClaims {
        @ParameterizedTest
        @ValueSource(strings = {"JWT", "tallystick-event+jws", "client-authentication+jwt", "AT+JWT"})
        void oneKindOfJwsUsedAsAnother(String typ) {
            assertRefused(
                    Reason.WRONG_HEADER,
                    signed("{\"alg\":\"EdDSA\",\"typ\":\"" + typ + "\",\"kid\":\"k1\"}", claims()));
        }

        @Test
        void accessTokenForAnotherService() {
            assertRefused(Reason.WRONG_AUDIENCE, signed(header("k1"), claims().replace("billing-service", "metering")));
        }

        @Test
        void severalAudiences() {
            assertRefused(
                    Reason.MALFORMED,
                    signed(header("k1"), claims().replace("\"billing-service\"", "[\"billing-service\",\"x\"]")));
        }

        @Test
        void anotherIssuer() {
            assertRefused(
                    Reason.WRONG_ISSUER, signed(header("k1"), claims().replace("identity.test", "identity.evil")));
        }

        @Test
        void jsonDuplicateKeys() {
            assertRefused(
                    Reason.MALFORMED,
                    signed(header("k1"), claims().replace("{\"iss\"", "{\"tenant\":\"evil\",\"iss\"")));
            assertRefused(
                    Reason.MALFORMED,
                    signed("{\"alg\":\"none\",\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"k1\"}", claims()));
        }

        @Test
        void jsonFloatsDepthAndTrailingText() {
            assertRefused(
                    Reason.MALFORMED, signed(header("k1"), claims().replaceAll("\"exp\":(\\d+)", "\"exp\":$1.5")));
            assertRefused(
                    Reason.MALFORMED, signed(header("k1"), claims().replaceAll("\"exp\":(\\d+)", "\"exp\":1e300")));
            assertRefused(
                    Reason.MALFORMED,
                    signed(header("k1"), claims().replace("{\"iss\"", "{\"x\":[[[[[[[[[[[]]]]]]]]]]],\"iss\"")));
            assertRefused(Reason.MALFORMED, signed(header("k1"), claims() + "{}"));
        }

        @Test
        void oversize() {
            var huge = claims().replace("{\"iss\"", "{\"x\":\"" + "a".repeat(4000) + "\",\"iss\"");

            assertRefused(Reason.MALFORMED, signed(header("k1"), huge));
        }

        @Test
        void tenantOrSubjectLeftOut() {
            assertRefused(Reason.MALFORMED, signed(header("k1"), claims().replace("\"tenant\"", "\"tenants\"")));
            assertRefused(Reason.MALFORMED, signed(header("k1"), claims().replace("\"sub\"", "\"subs\"")));
            assertRefused(Reason.MALFORMED, signed(header("k1"), claims().replace("\"acme\"", "\"\"")));
        }
    }

    @Nested
    class AttackOnTime {
        @Test
        void expiredIsAcceptedForTheSkewAndNotLonger() {
            var token = signed(header("k1"), claims());

            verifier.verify(token, beating(NOW.plusSeconds(304)));
            assertRefused(Reason.EXPIRED, token, beating(NOW.plusSeconds(305)));
        }

        @Test
        void clockSkewTheOtherWay() {
            var token = signed(header("k1"), claims());
            heartbeat(1, -10, "k1");

            verifier.verify(token, NOW.minusSeconds(5));
            assertRefused(Reason.NOT_YET_VALID, token, NOW.minusSeconds(6));
        }

        @Test
        void issuedForLongerThanAnyAccessTokenLives() {
            assertRefused(
                    Reason.TOO_LONG_LIVED,
                    signed(
                            header("k1"),
                            claims().replaceAll("\"exp\":\\d+", "\"exp\":" + (NOW.getEpochSecond() + 301))));
            assertRefused(
                    Reason.TOO_LONG_LIVED,
                    signed(header("k1"), claims().replaceAll("\"exp\":\\d+", "\"exp\":" + Long.MAX_VALUE)));
        }
    }

    @Nested
    class AttackAfterRevocation {
        @Test
        void revokedIdentityWithAnOldAccessToken() {
            var token = signed(header("k1"), claims());
            apply("did.changed", revoked("acme", DID, NOW, 1));

            assertRefused(Reason.REVOKED, token);
        }

        @Test
        void revokedWithAnotherTenantOnly() {
            apply("did.changed", revoked("other", DID, NOW, 1));

            assertThat(verifier.verify(signed(header("k1"), claims()), NOW).tenant())
                    .isEqualTo("acme");
        }

        @Test
        void identityFallsSilent() {
            var token = signed(header("k1"), claims());

            verifier.verify(token, NOW.plusSeconds(5));
            assertRefused(Reason.IDENTITY_SILENT, token, NOW.plusMillis(5001));
        }
    }

    private Instant beating(Instant at) {
        heartbeat(1, Duration.between(NOW, at).toSeconds(), "k1");
        return at;
    }

    private void heartbeat(long keyRevision, long seconds, String... kids) {
        apply("key.changed", new IdentityHeartbeat(keyRevision, NOW.plusSeconds(seconds), List.of(kids), Map.of()));
        apply("did.changed", new IdentityHeartbeat(0, NOW.plusSeconds(seconds), List.of(kids), Map.of()));
    }

    private void apply(String topic, DomainEvent event) {
        identity.apply(topic, TestIdentity.signed(eventKey, topic, event), NOW.plusSeconds(600));
    }

    private static KeyChanged keyChanged(String kid, Ed25519Signer key, KeyChanged.State state, long revision) {
        return new KeyChanged(kid, key.publicKey().base64Url(), KeyChanged.Purpose.ACCESS_TOKEN, state, NOW, revision);
    }

    private static DidChanged revoked(String tenant, String did, Instant since, long revision) {
        return new DidChanged(did, tenant, "client", List.of(), true, since.plusSeconds(600), revision);
    }

    private static String header(String kid) {
        return TestIdentity.header(kid);
    }

    private static String claims() {
        return TestIdentity.claims("acme", DID, "billing-service", NOW, "billing:read", "rates:write");
    }

    private String signed(String header, String claims) {
        return key.compactJws(header, bytes(claims));
    }

    private void assertRefused(Reason reason, String token) {
        assertRefused(reason, token, NOW);
    }

    private void assertRefused(Reason reason, String token, Instant at) {
        assertThatThrownBy(() -> verifier.verify(token, at))
                .isInstanceOfSatisfying(AccessRefused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(reason));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String encode(String text) {
        return encode(bytes(text));
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
