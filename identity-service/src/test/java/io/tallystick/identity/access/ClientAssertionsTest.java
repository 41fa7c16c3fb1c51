package io.tallystick.identity.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.identity.EcTestKey;
import io.tallystick.identity.NoneIssued;
import io.tallystick.identity.TestClient;
import io.tallystick.identity.access.ClientAssertions.Verified;
import io.tallystick.identity.access.TokenRefused.Code;
import io.tallystick.identity.did.DidResolver;
import io.tallystick.identity.did.DidSignatures;
import io.tallystick.identity.did.KeyType;
import io.tallystick.kit.access.AccessConfig;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each attack on the proof of a DID's key that must give no access token. */
class ClientAssertionsTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_780_000_000);

    private final ClientAssertions assertions =
            new ClientAssertions(new DidSignatures(new DidResolver(), new NoneIssued()), new Config());
    private final TestClient client = TestClient.random();

    private Verified verify(String assertion, Instant now) {
        return assertions.verify(assertion, now).await().indefinitely();
    }

    @Test
    void acceptsAnAssertionSignedWithTheDidsKey() {
        var verified = verify(client.assertion(claims(client.did())), NOW);

        assertThat(verified.did()).isEqualTo(client.did());
        assertThat(verified.jti()).isEqualTo("j1");
        assertThat(verified.usableUntil()).isEqualTo(NOW.plusSeconds(35));
    }

    @ParameterizedTest
    @EnumSource(names = {"P256", "SECP256K1"})
    void acceptsTheOtherCurvesWithTheirOwnAlgorithm(KeyType type) {
        var key = new EcTestKey(type);

        assertThat(verify(key.jws(claims(key.did())), NOW).did()).isEqualTo(key.did());
    }

    @Nested
    class AttackOnTheAlgorithm {
        @ParameterizedTest
        @ValueSource(strings = {"none", "HS256", "ES256", "ES256K", "RS256", "EdDSA ", "eddsa"})
        void algOtherThanTheKeys(String alg) {
            assertRefused(signed("{\"alg\":\"" + alg + "\",\"typ\":\"JWT\"}", claims(client.did())));
        }

        @Test
        void hmacKeyedWithThePublicKey() throws Exception {
            var input = encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "." + encode(claims(client.did()));
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(client.key().publicKey().bytes(), "HmacSHA256"));
            var tag = mac.doFinal(input.getBytes(StandardCharsets.US_ASCII));

            assertRefused(input + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(tag));
        }

        @Test
        void aCurveSwappedForAnother() {
            var key = new EcTestKey(KeyType.P256);

            assertRefused(key.jws("{\"alg\":\"ES256K\",\"typ\":\"JWT\"}", claims(key.did())));
        }
    }

    @Test
    void acceptsRfc9864sNameOfTheAlgorithm() {
        assertThat(verify(signed("{\"alg\":\"Ed25519\"}", claims(client.did())), NOW)
                        .did())
                .isEqualTo(client.did());
        var key = new EcTestKey(KeyType.P256);
        assertRefused(key.jws("{\"alg\":\"Ed25519\"}", claims(key.did())));
    }

    /** RFC 7519 leaves it to the sender, and OAuth clients send none. */
    @Test
    void acceptsAnAssertionWithoutAType() {
        assertThat(verify(signed("{\"alg\":\"EdDSA\"}", claims(client.did())), NOW)
                        .did())
                .isEqualTo(client.did());
    }

    @Nested
    class AttackOnTheSignature {
        @ParameterizedTest
        @EnumSource(names = {"P256", "SECP256K1"})
        void rOrSOfZeroOrTheOrder(KeyType type) {
            var key = new EcTestKey(type);
            var jws = key.jws(claims(key.did()));

            for (var r : new BigInteger[] {BigInteger.ZERO, BigInteger.ONE, key.order()}) {
                for (var s : new BigInteger[] {BigInteger.ZERO, BigInteger.ONE, key.order()}) {
                    assertRefused(EcTestKey.withSignature(jws, r, s));
                }
            }
        }

        @Test
        void malleableSHasTheSameJtiAndSoIsAReplay() {
            var key = new EcTestKey(KeyType.SECP256K1);
            var jws = key.jws(claims(key.did()));

            // ECDSA has two signatures of one content; what is remembered as used is not the signature.
            assertThat(verify(key.malleated(jws), NOW)).isEqualTo(verify(jws, NOW));
        }

        @Test
        void signedBySomeoneElse() {
            assertRefused(TestClient.random().assertion(claims(client.did())));
        }
    }

    @Nested
    class AttackOnTheKey {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"jwk\":{\"kty\":\"OKP\"}",
                    "\"jku\":\"http://169.254.169.254/\"",
                    "\"x5u\":\"https://evil.example/\"",
                    "\"x5c\":[]",
                    "\"crit\":[\"exp\"]"
                })
        void headerThatBringsItsOwnTrust(String member) {
            assertRefused(signed("{\"alg\":\"EdDSA\",\"typ\":\"JWT\"," + member + "}", claims(client.did())));
        }

        @Test
        void kidOfAnotherDid() {
            var other = TestClient.random().did();

            assertRefused(signed(withKid(other + "#" + other.substring(8)), claims(client.did())));
            assertRefused(signed(withKid("../keys/1"), claims(client.did())));
            assertRefused(signed(withKid("' or 1=1 --"), claims(client.did())));
        }

        @Test
        void kidOfItsOwnIsFine() {
            var fragment = client.did().substring(8);

            verify(signed(withKid(client.did() + "#" + fragment), claims(client.did())), NOW);
            verify(signed(withKid("#" + fragment), claims(client.did())), NOW);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "did:web:evil.example",
                    "did:pkh:eip155:84532:0xb9c5714089478a327f09197987f16f9e5d936e8a",
                    "did:key:z6LSeu9HkTHSfLLeUs2nnzUSNedgDUevfNQgQjQC23ZCit6F",
                    "acme"
                })
        void aDidThatCannotSign(String did) {
            assertRefused(client.assertion(claims(did)));
        }
    }

    @Nested
    class AttackOnTheClaims {
        @ParameterizedTest
        @ValueSource(strings = {"at+jwt", "tallystick-event+jws", "dpop+jwt", "jwt", "application/jwt"})
        void oneKindOfJwsUsedAsAnother(String typ) {
            assertRefused(signed("{\"alg\":\"EdDSA\",\"typ\":\"" + typ + "\"}", claims(client.did())));
        }

        @Test
        void assertionForAnotherServer() {
            assertRefused(client.assertion(claims(client.did()).replace("identity.test", "identity.other")));
            assertRefused(client.assertion(
                    claims(client.did()).replace("\"http://identity.test\"", "[\"http://identity.test\",\"x\"]")));
        }

        @Test
        void someoneElseAsSubject() {
            assertRefused(client.assertion(claims(client.did()).replace("\"sub\":\"did", "\"sub\":\"xdid")));
        }

        @Test
        void jsonDuplicateKeys() {
            assertRefused(client.assertion(
                    claims(client.did()).replace("{\"iss\"", "{\"aud\":\"http://identity.other\",\"iss\"")));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "a b", "\\u0000", "é"})
        void jtiThatCannotBeRemembered(String jti) {
            assertRefused(client.assertion(claims(client.did()).replace("j1", jti)));
            assertRefused(client.assertion(claims(client.did()).replace("j1", "j".repeat(129))));
        }
    }

    @Nested
    class AttackOnTime {
        @ParameterizedTest
        @CsvSource({"30, true", "64, true", "66, false", "3600, false", "-4, true", "-6, false"})
        void livesAMinuteAtMostGiveOrTakeTheSkew(long seconds, boolean accepted) {
            var jws = client.assertion(TestClient.claims(client.did(), "j1", NOW.plusSeconds(seconds)));

            if (accepted) {
                verify(jws, NOW);
            } else {
                assertRefused(jws);
            }
        }

        @Test
        void endsAfterAllTime() {
            var claims = claims(client.did());

            assertRefused(client.assertion(claims.replaceAll("\"exp\":[0-9]+", "\"exp\":" + Long.MAX_VALUE)));
        }

        @Test
        void issuedInTheFuture() {
            var future = NOW.getEpochSecond() + 6;

            assertRefused(
                    client.assertion(claims(client.did()).replace("{\"iss\"", "{\"iat\":" + future + ",\"iss\"")));
            assertRefused(
                    client.assertion(claims(client.did()).replace("{\"iss\"", "{\"nbf\":" + future + ",\"iss\"")));
        }
    }

    private void assertRefused(String assertion) {
        assertThatThrownBy(() -> verify(assertion, NOW))
                .isInstanceOfSatisfying(TokenRefused.class, refused -> assertThat(refused.code())
                        .isEqualTo(Code.INVALID_CLIENT));
    }

    private String signed(String header, String claims) {
        return client.key().compactJws(header, claims.getBytes(StandardCharsets.UTF_8));
    }

    private static String withKid(String kid) {
        return "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"" + kid + "\"}";
    }

    private static String claims(String did) {
        return TestClient.claims(did, "j1", NOW.plusSeconds(30));
    }

    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static final class Config implements AccessConfig {
        @Override
        public String issuer() {
            return "http://identity.test";
        }

        @Override
        public List<String> eventKey() {
            return List.of("");
        }

        @Override
        public String audience() {
            return "identity-service";
        }

        @Override
        public Duration maxSilence() {
            return Duration.ofSeconds(5);
        }

        @Override
        public Duration maxLag() {
            return Duration.ofSeconds(2);
        }

        @Override
        public Duration clockSkew() {
            return Duration.ofSeconds(5);
        }
    }
}
