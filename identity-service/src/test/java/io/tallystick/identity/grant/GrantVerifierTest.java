package io.tallystick.identity.grant;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.identity.EcTestKey;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.NoneIssued;
import io.tallystick.identity.TestClient;
import io.tallystick.identity.did.DidResolver;
import io.tallystick.identity.did.DidSignatures;
import io.tallystick.identity.did.KeyType;
import io.tallystick.identity.grant.GrantVerification.Reason;
import io.tallystick.identity.grant.GrantVerification.Refused;
import io.tallystick.identity.grant.GrantVerification.Verified;
import io.tallystick.kit.access.AccessConfig;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each attack on a grant's text that must make no grant. What its parent has to say is GrantTreesTest's. */
class GrantVerifierTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_780_000_000);
    private static final GrantMaker MAKER = new GrantMaker("acme", NOW);

    private final GrantVerifier verifier =
            new GrantVerifier(new DidSignatures(new DidResolver(), new NoneIssued()), new Config());
    private final TestClient client = TestClient.random();
    private final TestClient agent = TestClient.random();

    @Test
    void saysWhatTheClientSigned() {
        var text = MAKER.root(client, agent);

        assertThat(verify(text)).isInstanceOfSatisfying(Verified.class, verified -> {
            assertThat(verified.text()).isEqualTo(text);
            assertThat(verified.signedBy()).isEqualTo(GrantMaker.keyOf(client.did()));
            assertThat(verified.grant().issuer()).isEqualTo(client.did());
            assertThat(verified.grant().agent())
                    .isEqualTo(new SpendGrant.Agent(agent.did(), GrantMaker.keyOf(agent.did())));
            assertThat(verified.grant().digest()).isEqualTo(GrantVerifier.digest(text));
            assertThat(verified.grant().origin()).isEqualTo(new SpendGrant.Root());
            assertThat(verified.grant().limits())
                    .isEqualTo(new Limits(
                            GrantMaker.ASSET,
                            BigInteger.valueOf(1_000_000),
                            BigInteger.valueOf(5000),
                            Set.of("acme"),
                            Set.of("*"),
                            3,
                            NOW,
                            NOW.plusSeconds(3600)));
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"P256", "SECP256K1"})
    void acceptsTheOtherCurvesWithTheirOwnAlgorithm(KeyType type) {
        var key = new EcTestKey(type);

        assertThat(verify(GrantMaker.signed(key, type, claims(key.did())))).isInstanceOf(Verified.class);
    }

    @Nested
    class AttackOnTheAlgorithm {
        @ParameterizedTest
        @ValueSource(strings = {"none", "None", "HS256", "RS256", "ES256", "ES256K", "EdDSA ", "eddsa"})
        void algNoneAndAlgFromTheHeader(String alg) {
            refused(Reason.NOT_SIGNED, signed("{\"alg\":\"" + alg + "\",\"typ\":\"spend-grant+jwt\"}"));
        }

        @Test
        void algNoneWithoutASignature() {
            var header = "{\"alg\":\"none\",\"typ\":\"spend-grant+jwt\"}";

            refused(Reason.NOT_A_GRANT, encode(header) + "." + encode(claims(client.did())) + ".");
            refused(Reason.NOT_A_GRANT, encode(header) + "." + encode(claims(client.did())));
        }

        @Test
        void hsRsConfusionWithThePublicKeyAsSecret() throws Exception {
            for (var alg : new String[] {"HS256", "EdDSA"}) {
                var input = encode("{\"alg\":\"" + alg + "\",\"typ\":\"spend-grant+jwt\"}") + "."
                        + encode(claims(client.did()));
                var mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(client.key().publicKey().bytes(), "HmacSHA256"));
                var tag = mac.doFinal(input.getBytes(StandardCharsets.US_ASCII));

                refused(
                        Reason.NOT_SIGNED,
                        input + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(tag));
            }
        }

        @Test
        void aCurveSwappedForAnother() {
            var key = new EcTestKey(KeyType.P256);

            refused(Reason.NOT_SIGNED, GrantMaker.signed(key, KeyType.SECP256K1, claims(key.did())));
        }
    }

    @Nested
    class AttackOnTheSignature {
        @Test
        void nonCanonicalEd25519() {
            var text = MAKER.root(client, agent);
            int end = text.lastIndexOf('.') + 1;
            var signature = Base64.getUrlDecoder().decode(text.substring(end));
            var order = BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
            var s = BigInteger.ZERO;
            for (int i = 63; i >= 32; i--) {
                s = s.shiftLeft(8).or(BigInteger.valueOf(signature[i] & 0xff));
            }
            s = s.add(order);
            for (int i = 32; i < 64; i++) {
                signature[i] = s.shiftRight(8 * (i - 32)).byteValue();
            }

            refused(
                    Reason.NOT_SIGNED,
                    text.substring(0, end)
                            + Base64.getUrlEncoder().withoutPadding().encodeToString(signature));
        }

        @ParameterizedTest
        @EnumSource(names = {"P256", "SECP256K1"})
        void rOrSOfZeroOrTheOrder(KeyType type) {
            var key = new EcTestKey(type);
            var text = GrantMaker.signed(key, type, claims(key.did()));

            for (var r : new BigInteger[] {BigInteger.ZERO, BigInteger.ONE, key.order()}) {
                for (var s : new BigInteger[] {BigInteger.ZERO, BigInteger.ONE, key.order()}) {
                    refused(Reason.NOT_SIGNED, EcTestKey.withSignature(text, r, s));
                }
            }
        }

        /** ECDSA has two signatures of one content; the second has the same jti, and that is taken. */
        @Test
        void malleableSIsAnotherTextOfTheSameName() {
            var key = new EcTestKey(KeyType.SECP256K1);
            var text = GrantMaker.signed(key, KeyType.SECP256K1, claims(key.did()));

            var one = ((Verified) verify(text)).grant();
            var other = ((Verified) verify(key.malleated(text))).grant();

            assertThat(other.jti()).isEqualTo(one.jti());
            assertThat(other.digest()).isNotEqualTo(one.digest());
        }

        @Test
        void signedBySomeoneElse() {
            refused(Reason.NOT_SIGNED, GrantMaker.signed(TestClient.random(), claims(client.did())));
            refused(Reason.NOT_SIGNED, GrantMaker.signed(agent, claims(client.did())));
        }

        @Test
        void aPartInAnotherSpelling() {
            var text = MAKER.root(client, agent);

            refused(Reason.NOT_A_GRANT, text + "=");
            refused(Reason.NOT_A_GRANT, text + ".");
            refused(Reason.NOT_A_GRANT, " " + text);
            refused(Reason.NOT_A_GRANT, text.replace('.', '\n'));
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
                    "\"crit\":[\"exp\"]",
                    "\"b64\":false"
                })
        void headerThatBringsItsOwnTrust(String member) {
            refused(Reason.NOT_A_GRANT, signed("{\"alg\":\"EdDSA\",\"typ\":\"spend-grant+jwt\"," + member + "}"));
        }

        @Test
        void kidInjection() {
            var other = agent.did();
            for (var kid : new String[] {
                "../../keys/1",
                "' or 1=1 --",
                "https://evil.example/jwks.json",
                "file:///dev/null",
                other,
                other + "#" + other.substring(8),
                client.did() + "#" + other.substring(8),
                ""
            }) {
                refused(Reason.NOT_SIGNED, signed(withKid(kid)));
            }
        }

        @Test
        void kidOfItsOwnIsFine() {
            assertThat(verify(signed(withKid(client.did() + "#" + client.did().substring(8)))))
                    .isInstanceOf(Verified.class);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "did:web:evil.example",
                    "did:pkh:eip155:84532:0xb9c5714089478a327f09197987f16f9e5d936e8a",
                    "did:key:z6LSeu9HkTHSfLLeUs2nnzUSNedgDUevfNQgQjQC23ZCit6F",
                    "acme"
                })
        void anIssuerThatCannotSign(String did) {
            refused(Reason.NOT_SIGNED, GrantMaker.signed(client, claims(did)));
        }

        @Test
        void anAgentThatHoldsAnotherKey() {
            var other = GrantMaker.keyOf(client.did());

            refused(
                    Reason.BAD_CLAIMS,
                    GrantMaker.signed(client, claims(client.did()).replace(GrantMaker.keyOf(agent.did()), other)));
            refused(
                    Reason.BAD_CLAIMS,
                    GrantMaker.signed(client, claims(client.did()).replace(agent.did(), "did:web:a.example")));
        }
    }

    @Nested
    class AttackWithAnotherKind {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "JWT",
                    "at+jwt",
                    "client-authentication+jwt",
                    "tallystick-event+jws",
                    "dpop+jwt",
                    "application/spend-grant+jwt",
                    "SPEND-GRANT+JWT"
                })
        void oneKindOfJwsUsedAsAnother(String typ) {
            refused(Reason.NOT_A_GRANT, signed("{\"alg\":\"EdDSA\",\"typ\":\"" + typ + "\"}"));
        }

        @Test
        void aGrantWithoutAKind() {
            refused(Reason.NOT_A_GRANT, signed("{\"alg\":\"EdDSA\"}"));
        }

        @Test
        void aClientAssertionIsNoGrant() {
            refused(Reason.NOT_A_GRANT, client.assertion());
        }

        @Test
        void tenantCrossing() {
            assertThat(verify(MAKER.root(client, agent), "other", NOW))
                    .isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.reason())
                            .isEqualTo(Reason.WRONG_AUDIENCE));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "http://identity.test",
                    "http://identity.other/v1/tenants/acme",
                    "http://identity.test/v1/tenants/acme/",
                    "http://identity.test/v1/tenants/other/../acme",
                    "acme"
                })
        void aGrantForAnotherService(String audience) {
            refused(Reason.WRONG_AUDIENCE, with("http://identity.test/v1/tenants/acme", audience));
        }

        @Test
        void aGrantForSeveralServices() {
            refused(
                    Reason.BAD_CLAIMS,
                    with("\"http://identity.test/v1/tenants/acme\"", "[\"http://identity.test/v1/tenants/acme\"]"));
        }
    }

    @Nested
    class AttackOnTheJson {
        @Test
        void duplicateKeys() {
            refused(Reason.NOT_A_GRANT, with("\"budget\":", "\"budget\":\"1\",\"budget\":"));
            refused(Reason.NOT_A_GRANT, with("{\"jkt\":", "{\"jkt\":\"x\",\"jkt\":"));
            refused(Reason.NOT_A_GRANT, signed("{\"alg\":\"EdDSA\",\"alg\":\"none\",\"typ\":\"spend-grant+jwt\"}"));
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "\"budget\":\"1000000\" | \"budget\":1000000",
                    "\"budget\":\"1000000\" | \"budget\":1e6",
                    "\"budget\":\"1000000\" | \"budget\":\"1e6\"",
                    "\"budget\":\"1000000\" | \"budget\":\"1000000.0\"",
                    "\"budget\":\"1000000\" | \"budget\":\"-1\"",
                    "\"budget\":\"1000000\" | \"budget\":\"0\"",
                    "\"budget\":\"1000000\" | \"budget\":\"01\"",
                    "\"budget\":\"1000000\" | \"budget\":\"340282366920938463463374607431768211456\"",
                    "\"cap\":\"5000\" | \"cap\":\"1000001\"",
                    "\"cap\":\"5000\" | \"cap\":null",
                    "\"cap\":\"5000\" | \"cap\":true",
                    "\"depth\":3 | \"depth\":3.0",
                    "\"depth\":3 | \"depth\":\"3\"",
                    "\"depth\":3 | \"depth\":-1",
                    "\"depth\":3 | \"depth\":6",
                    "\"depth\":3 | \"depth\":4294967299",
                    "\"iat\":1780000000 | \"iat\":1780000000.5",
                    "\"nbf\":1780000000 | \"nbf\":1780003600",
                    "\"exp\":1780003600 | \"exp\":9223372036854775807",
                    "\"exp\":1780003600 | \"exp\":-1"
                })
        void floatsAndNumbersOutOfBounds(String right, String wrong) {
            refused(Reason.BAD_CLAIMS, with(right, wrong));
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "\"payees\":[\"acme\"] | \"payees\":[]",
                    "\"payees\":[\"acme\"] | \"payees\":\"acme\"",
                    "\"payees\":[\"acme\"] | \"payees\":[\"acme\",\"acme\"]",
                    "\"payees\":[\"acme\"] | \"payees\":[\"*\"]",
                    "\"payees\":[\"acme\"] | \"payees\":[\"ACME\"]",
                    "\"payees\":[\"acme\"] | \"payees\":[[\"acme\"]]",
                    "\"payees\":[\"acme\"] | \"payees\":[\"eip155:1:0xABCDEF0000000000000000000000000000000000\"]",
                    "\"models\":[\"*\"] | \"models\":[]",
                    "\"models\":[\"*\"] | \"models\":[\"*\",\"a\"]",
                    "\"models\":[\"*\"] | \"models\":[\"a b\"]",
                    "\"models\":[\"*\"] | \"models\":{\"a\":1}",
                    "\"asset\":\"eip155:84532/ | \"asset\":\"eip155:084532/",
                    "\"depth\":3 | \"depth\":3,\"parent\":{}",
                    "\"depth\":3 | \"depth\":3,\"parent\":\"x\"",
                    "\"depth\":3 | \"depth\":3,\"admin\":1",
                    "\"depth\":3 | \"depth\":3,\"limit\":{\"day\":\"5\"}"
                })
        void aListOrClaimThatIsNotUnderstood(String right, String wrong) {
            refused(Reason.BAD_CLAIMS, with(right, wrong));
        }

        @Test
        void aClaimThatIsMissing() {
            for (var claim : new String[] {
                "\"iat\":1780000000,",
                "\"nbf\":1780000000,",
                "\"exp\":1780003600,",
                "\"budget\":\"1000000\",",
                "\"cap\":\"5000\",",
                "\"models\":[\"*\"],"
            }) {
                refused(Reason.BAD_CLAIMS, with(claim, ""));
            }
        }

        @Test
        void depth() {
            refused(Reason.NOT_A_GRANT, with("[\"*\"]", "[".repeat(5000) + "]".repeat(5000)));
            refused(Reason.NOT_A_GRANT, with("[\"*\"]", "[".repeat(20) + "]".repeat(20)));
        }

        @Test
        void size() {
            refused(Reason.NOT_A_GRANT, with("\"acme\"]", "\"" + "a".repeat(8192) + "\"]"));
            refused(Reason.BAD_CLAIMS, with("[\"*\"]", "[\"" + "m".repeat(129) + "\"]"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"short", "has spaces in it, many", "../../../../../etc/passwd", "ääääääääääääääääää"})
        void jtiThatIsNoName(String jti) {
            refused(Reason.BAD_CLAIMS, GrantMaker.signed(client, MAKER.claims(client.did(), agent.did(), jti)));
        }

        @Test
        void noJsonAtAll() {
            for (var payload : new String[] {"", "[]", "null", "{", "{} {}", "\u0000"}) {
                refused(Reason.NOT_A_GRANT, GrantMaker.signed(client, payload));
            }
        }
    }

    @Nested
    class AttackOnTime {
        @Test
        void expired() {
            var text = MAKER.root(client, agent);

            assertThat(verify(text, "acme", NOW.plusSeconds(3604))).isInstanceOf(Verified.class);
            assertThat(verify(text, "acme", NOW.plusSeconds(3605)))
                    .isEqualTo(new Refused(Reason.EXPIRED, "it has expired"));
        }

        @Test
        void issuedInTheFuture() {
            assertThat(verify(MAKER.root(client, agent), "acme", NOW.minusSeconds(5)))
                    .isInstanceOf(Verified.class);
            assertThat(((Refused) verify(MAKER.root(client, agent), "acme", NOW.minusSeconds(6))).reason())
                    .isEqualTo(Reason.FROM_THE_FUTURE);
        }

        @Test
        void livingLongerThanAnyGrant() {
            var month = NOW.getEpochSecond() + Duration.ofDays(30).toSeconds();

            assertThat(verify(with("\"exp\":1780003600", "\"exp\":" + month))).isInstanceOf(Verified.class);
            refused(Reason.TOO_LONG_LIVED, with("\"exp\":1780003600", "\"exp\":" + (month + 1)));
        }
    }

    private GrantVerification verify(String text) {
        return verify(text, "acme", NOW);
    }

    private GrantVerification verify(String text, String tenant, Instant now) {
        return verifier.verify(text, tenant, now).await().indefinitely();
    }

    private void refused(Reason reason, String text) {
        assertThat(verify(text)).isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.reason())
                .as(refused.detail())
                .isEqualTo(reason));
    }

    private String signed(String header) {
        return GrantMaker.signed(client, header, claims(client.did()));
    }

    /** A grant that differs from a right one in this, and is signed. */
    private String with(String right, String wrong) {
        var claims = claims(client.did());
        assertThat(claims).contains(right);
        return GrantMaker.signed(client, claims.replace(right, wrong));
    }

    private String claims(String issuer) {
        return MAKER.claims(issuer, agent.did(), GrantMaker.jti());
    }

    private static String withKid(String kid) {
        return "{\"alg\":\"EdDSA\",\"typ\":\"spend-grant+jwt\",\"kid\":\"" + kid + "\"}";
    }

    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static final class Config implements AccessConfig {
        @Override
        public String issuer() {
            return IdentityStack.ISSUER;
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
