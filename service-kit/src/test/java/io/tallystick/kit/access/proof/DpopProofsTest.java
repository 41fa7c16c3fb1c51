package io.tallystick.kit.access.proof;

import static io.tallystick.kit.access.proof.TestProver.claims;
import static io.tallystick.kit.access.proof.TestProver.header;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.kit.access.CompactJws;
import io.tallystick.kit.access.proof.ProofRefused.Reason;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each attack on a DPoP proof that a service must refuse. */
class DpopProofsTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final Duration SKEW = Duration.ofSeconds(5);
    private static final String URL = "https://usage.example/v1/events";
    private static final String ACCESS_TOKEN = "an.access.token";
    private static final Nonces NONCES = new Nonces(List.of("newest", "given", "last", "oldest"));

    private final TestProver agent = TestProver.ed25519();
    private final DpopProofs proofs =
            new DpopProofs(new ProofKeys(), new Origins(List.of("https://usage.example")), SKEW);

    @Test
    void acceptsAProofOfEachKindOfKey() {
        for (var prover : List.of(agent, TestProver.p256())) {
            var proof = verify(proof(prover, (_, _) -> {}));

            assertThat(proof.key()).isEqualTo(prover.thumbprint());
            assertThat(proof.usableUntil()).isEqualTo(NOW.plusSeconds(65));
            assertThat(proof.nonce()).isEqualTo("given");
        }
    }

    @Test
    void acceptsTheNewNameOfEdDsaAndATimeWithAFraction() {
        assertThat(verify(proof(agent, header(h -> h.put("alg", "Ed25519")))).key())
                .isEqualTo(agent.thumbprint());
        assertThat(verify(proof(agent, claims(c -> c.put("iat", NOW.getEpochSecond() + 0.5))))
                        .key())
                .isEqualTo(agent.thumbprint());
    }

    /** RFC 7638, section 3.1 has RSA; this is RFC 8037, appendix A.3. */
    @Test
    void thumbprintIsThatOfRfc8037() {
        var jwk = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";

        assertThat(ProofKey.ofJwk(CompactJws.object(jwk.getBytes(UTF_8))).thumbprint())
                .isEqualTo("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    /** The did:key specification's own examples, one of each curve, beside the JWKs that it gives for them. */
    @ParameterizedTest
    @CsvSource({
        "zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169, P-256, "
                + "fyNYMN0976ci7xqiSdag3buk-ZCwgXU4kz9XNkBlNUI, hW2ojTNfH7Jbi8--CJUo3OCbH3y5n91g-IMA9MLMbTU",
        "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme, secp256k1, "
                + "h0wVx_2iDlOcblulc8E5iEw1EYh5n1RYtLQfeSTyNc0, O2EATIGbu6DezKFptj5scAIRntgfecanVNXxat1rnwE"
    })
    void aDidKeyAndItsJwkAreOneKey(String multibase, String curve, String x, String y) {
        var jwk = "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}".formatted(curve, x, y);

        assertThat(ProofKey.ofDid("did:key:" + multibase + "#" + multibase).thumbprint())
                .isEqualTo(
                        ProofKey.ofJwk(CompactJws.object(jwk.getBytes(UTF_8))).thumbprint());
    }

    @Nested
    class OfAnotherRequest {
        @Test
        void anotherMethod() {
            assertWrong(proof(agent, claims(c -> c.put("htm", "GET"))));
            assertWrong(proof(agent, claims(c -> c.put("htm", "post"))));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "https://usage.example/v1/meters",
                    "https://usage.example/v1/events/",
                    "https://usage.example/v1/%65vents/..",
                    "https://usage.example/v1%2Fevents",
                    "https://usage.example.evil/v1/events",
                    "https://usage.example:8443/v1/events",
                    "http://usage.example/v1/events",
                    "https://usage.example@evil/v1/events",
                    "https://evil@usage.example/v1/events",
                    "/v1/events",
                    "usage.example/v1/events",
                    "ftp://usage.example/v1/events",
                    ""
                })
        void anotherUrl(String url) {
            assertWrong(proof(agent, claims(c -> c.put("htu", url))));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "HTTPS://USAGE.example:443/v1/events?x=1#y",
                    "https://usage.example/v1/%65vents",
                    "https://usage.example/./v1/x/../events",
                    "https://usage.example:/v1/events"
                })
        void theSameUrlInAnotherSpellingIsTheSame(String url) {
            assertThat(verify(proof(agent, claims(c -> c.put("htu", url)))).key())
                    .isEqualTo(agent.thumbprint());
        }

        @Test
        void anotherAccessToken() {
            assertWrong(proof(agent, claims(c -> c.put("ath", TestProver.digest("another")))));
            assertWrong(proof(agent, claims(c -> c.remove("ath"))));
        }

        /** The request's own host is whatever its sender writes, so it counts only where no origin is configured. */
        @Test
        void aHostHeaderOfAnotherService() {
            var proof = proof(agent, claims(c -> c.put("htu", "https://elsewhere.example/v1/events")));
            var asked = request("POST", "https", "elsewhere.example", List.of(proof));
            var unconfigured = new DpopProofs(new ProofKeys(), new Origins(List.of()), SKEW);

            assertThatThrownBy(() -> proofs.verify(asked, ACCESS_TOKEN, NONCES, NOW))
                    .isInstanceOf(ProofRefused.class);
            assertThat(unconfigured.verify(asked, ACCESS_TOKEN, NONCES, NOW).key())
                    .isEqualTo(agent.thumbprint());
        }
    }

    @Nested
    class OfAnotherTime {
        @Test
        void clockSkewBackwards() {
            verify(proof(agent, claims(c -> c.put("iat", NOW.getEpochSecond() - 64))));
            assertWrong(proof(agent, claims(c -> c.put("iat", NOW.getEpochSecond() - 65))));
        }

        @Test
        void clockSkewForwards() {
            verify(proof(agent, claims(c -> c.put("iat", NOW.getEpochSecond() + 5))));
            assertWrong(proof(agent, claims(c -> c.put("iat", NOW.getEpochSecond() + 6))));
        }

        @ParameterizedTest
        @ValueSource(doubles = {-1, 1e18, 1e300})
        void aTimeThatIsNone(double iat) {
            assertWrong(proof(agent, claims(c -> c.put("iat", iat))));
            assertWrong(proof(agent, claims(c -> c.put("iat", "now"))));
            assertWrong(proof(agent, claims(c -> c.remove("iat"))));
        }

        @Test
        void expired() {
            assertWrong(proof(agent, claims(c -> c.put("exp", NOW.getEpochSecond() - 5))));
            assertWrong(proof(agent, claims(c -> c.put("nbf", NOW.getEpochSecond() + 6))));
        }

        @Test
        void nonceGuessedOrExpiredOrMissing() {
            assertRefused(Reason.NEEDS_NONCE, proof(agent, claims(c -> c.put("nonce", "guessed"))));
            assertRefused(Reason.NEEDS_NONCE, proof(agent, claims(c -> c.put("nonce", ""))));
            assertRefused(Reason.NEEDS_NONCE, proof(agent, claims(c -> c.remove("nonce"))));
            assertWrong(proof(agent, claims(c -> c.put("nonce", 1))));
        }

        @Test
        void noNonceIsGoodWhileIdentityNamesNone() {
            var asked = request("POST", "https", "usage.example", List.of(proof(agent, (_, _) -> {})));

            assertThatThrownBy(() -> proofs.verify(asked, ACCESS_TOKEN, new Nonces(List.of()), NOW))
                    .isInstanceOfSatisfying(
                            ProofRefused.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_NOW));
        }
    }

    @Nested
    class WithAHeaderThatChooses {
        @Test
        void jwkWithItsPrivatePart() {
            for (var name : List.of("d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv")) {
                assertWrong(proof(agent, header(h -> h.withObject("jwk").put(name, "AAAA"))));
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"jku", "x5u", "x5c", "crit", "b64", "zip"})
        void aHeaderThatIsNotOurs(String name) {
            assertWrong(proof(agent, header(h -> h.put(name, "https://evil.example"))));
        }

        @Test
        void noJwkOrOneOfAnotherKind() {
            assertWrong(proof(agent, header(h -> h.remove("jwk"))));
            assertWrong(proof(agent, header(h -> h.put("jwk", "x"))));
            assertWrong(proof(agent, header(h -> h.withObject("jwk").put("kty", "oct"))));
            assertWrong(proof(agent, header(h -> h.withObject("jwk").put("crv", "X25519"))));
            assertWrong(proof(agent, header(h -> h.withObject("jwk").put("crv", "P-256"))));
        }

        @ParameterizedTest
        @ValueSource(strings = {"none", "None", "HS256", "RS256", "ES256", "ES256K", "eddsa", ""})
        void algNoneOrOfAnotherKey(String algorithm) {
            assertWrong(proof(agent, header(h -> h.put("alg", algorithm))));
        }

        /** The verifier would take the public key for a secret if the header chose the algorithm. */
        @Test
        void hmacWithThePublicKey() throws GeneralSecurityException {
            var honest = proof(agent, header(h -> h.put("alg", "HS256")));
            var input = honest.substring(0, honest.lastIndexOf('.'));
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(agent.jwk().getBytes(UTF_8), "HmacSHA256"));

            assertWrong(input + "." + encoded(mac.doFinal(input.getBytes(US_ASCII))));
        }

        @Test
        void aP256KeyWithTheAlgorithmOfAnother() {
            var prover = TestProver.p256();
            for (var algorithm : List.of("ES256K", "EdDSA", "ES384")) {
                assertWrong(proof(prover, header(h -> h.put("alg", algorithm))));
            }
        }

        @Test
        void aPointThatIsNotOnTheCurve() {
            assertWrong(proof(TestProver.p256(), header(h -> h.withObject("jwk").put("x", encoded(new byte[32])))));
        }

        @ParameterizedTest
        @ValueSource(strings = {"JWT", "at+jwt", "client-authentication+jwt", "tallystick-event+jws", "DPOP+JWT"})
        void aTokenOfAnotherKind(String type) {
            assertWrong(proof(agent, header(h -> h.put("typ", type))));
        }

        @Test
        void noType() {
            assertWrong(proof(agent, header(h -> h.remove("typ"))));
        }
    }

    @Nested
    class ThatIsBroken {
        @Test
        void theSignatureOfAnotherKey() {
            assertWrong(proof(TestProver.ed25519(), header(h -> h.set("jwk", jwk(agent)))));
        }

        @Test
        void withoutASignature() {
            var proof = proof(agent, (_, _) -> {});

            assertWrong(proof.substring(0, proof.lastIndexOf('.') + 1));
            assertWrong(proof.substring(0, proof.lastIndexOf('.')) + ".AA");
        }

        /** S and S + L sign alike for a lax reader: the same proof in another spelling. */
        @Test
        void malleableSignature() {
            var proof = proof(agent, (_, _) -> {});
            int dot = proof.lastIndexOf('.');
            var signature = Base64.getUrlDecoder().decode(proof.substring(dot + 1));
            var order = BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
            var s = new BigInteger(1, reversed(Arrays.copyOfRange(signature, 32, 64))).add(order);
            var little = reversed(s.toByteArray());
            System.arraycopy(Arrays.copyOf(little, 32), 0, signature, 32, 32);

            assertWrong(proof.substring(0, dot + 1) + encoded(signature));
        }

        /** y = p + 1 is another spelling of the neutral point, with which any signature could be made. */
        @Test
        void keyInASpellingThatIsNotCanonical() {
            var bytes = new byte[32];
            Arrays.fill(bytes, (byte) 0xff);
            bytes[0] = (byte) 0xee;
            bytes[31] = 0x7f;

            assertWrong(proof(agent, header(h -> h.withObject("jwk").put("x", encoded(bytes)))));
        }

        @Test
        void ecdsaOfZeros() {
            var prover = TestProver.p256();
            var proof = proof(prover, (_, _) -> {});

            assertWrong(proof.substring(0, proof.lastIndexOf('.') + 1) + encoded(new byte[64]));
        }

        @Test
        void aNameTwice() {
            var header = "{\"typ\":\"dpop+jwt\",\"alg\":\"EdDSA\",\"jwk\":%s}".formatted(agent.jwk());
            var once = """
                    {"jti":"1","htm":"POST","htu":"%s","iat":%d,"nonce":"given","ath":"%s"}""".formatted(URL, NOW.getEpochSecond(), TestProver.digest(ACCESS_TOKEN));

            assertThat(verify(agent.jws(header, once)).id()).isEqualTo("1");
            assertWrong(agent.jws(header, once.replace("{\"jti\"", "{\"htm\":\"GET\",\"jti\"")));
            assertWrong(agent.jws(header.replace("{\"typ\"", "{\"alg\":\"none\",\"typ\""), once));
        }

        @Test
        void twoDpopHeaders() {
            var proof = proof(agent, (_, _) -> {});

            assertRefused(Reason.WRONG, proof, proof);
            assertWrong(proof + "," + proof);
            assertRefused(Reason.WRONG);
        }

        @Test
        void oversizedHeader() {
            assertWrong(proof(agent, claims(c -> c.put("more", "x".repeat(4096)))));
        }

        @Test
        void jtiOutOfBounds() {
            assertWrong(proof(agent, claims(c -> c.put("jti", ""))));
            assertWrong(proof(agent, claims(c -> c.put("jti", "x".repeat(257)))));
            assertWrong(proof(agent, claims(c -> c.put("jti", "\u0000"))));
            assertWrong(proof(agent, claims(c -> c.put("jti", 7))));
            assertWrong(proof(agent, claims(c -> c.remove("jti"))));
        }
    }

    private static String proof(TestProver prover, TestProver.Alteration alteration) {
        return prover.proof("POST", URL, "given", NOW, (header, claims) -> {
            claims.put("ath", TestProver.digest(ACCESS_TOKEN));
            alteration.alter(header, claims);
        });
    }

    private Proof verify(String... headers) {
        return proofs.verify(request("POST", "http", "10.0.0.7:8080", List.of(headers)), ACCESS_TOKEN, NONCES, NOW);
    }

    private void assertWrong(String proof) {
        assertRefused(Reason.WRONG, proof);
    }

    private void assertRefused(Reason reason, String... headers) {
        assertThatThrownBy(() -> verify(headers)).isInstanceOfSatisfying(ProofRefused.class, e -> assertThat(e.reason())
                .isEqualTo(reason));
    }

    private static Presented request(String method, String scheme, String authority, List<String> proofs) {
        return new Presented(
                method, scheme, authority, "/v1/events", "", name -> name.equals("DPoP") ? proofs : List.of());
    }

    private static JsonNode jwk(TestProver prover) {
        return CompactJws.object(prover.jwk().getBytes(UTF_8));
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] reversed(byte[] bytes) {
        var reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[bytes.length - 1 - i] = bytes[i];
        }
        return reversed;
    }
}
