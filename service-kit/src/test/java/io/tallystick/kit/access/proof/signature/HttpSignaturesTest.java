package io.tallystick.kit.access.proof.signature;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.kit.access.Ed25519Key;
import io.tallystick.kit.access.proof.HttpUrl;
import io.tallystick.kit.access.proof.Origins;
import io.tallystick.kit.access.proof.Presented;
import io.tallystick.kit.access.proof.Proof;
import io.tallystick.kit.access.proof.ProofKeys;
import io.tallystick.kit.access.proof.ProofRefused;
import io.tallystick.kit.access.proof.ProofRefused.Reason;
import io.tallystick.kit.access.proof.TestProver;
import io.tallystick.kit.access.proof.signature.Structured.InnerList;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each attack on the signature of a request that a service must refuse. */
class HttpSignaturesTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final String URL = "https://usage.example/v1/events?source=a%20b";
    private static final String AUTHORIZATION = "Bearer an.access.token";
    private static final String BODY = "{\"id\":\"1\"}";

    private final TestProver agent = TestProver.ed25519();
    private final HttpSignatures signatures =
            new HttpSignatures(new ProofKeys(), new Origins(List.of("https://usage.example")), Duration.ofSeconds(5));

    /** RFC 9421, appendix B.2.6, with its key, its request and its signature. */
    @Test
    void signedTextIsThatOfTheRfc() {
        var input = "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")"
                + ";created=1618884473;keyid=\"test-key-ed25519\"";
        var headers = Map.of(
                "date", "Tue, 20 Apr 2021 02:07:55 GMT", "content-type", "application/json", "content-length", "18");
        var request = new Presented(
                "POST",
                "https",
                "example.com",
                "/foo",
                "param=Value&Pet=dog",
                name -> headers.containsKey(name) ? List.of(headers.get(name)) : List.of());
        var covered = (InnerList)
                StructuredReader.dictionary("x", List.of("sig=" + input)).get("sig");

        var text = new SignedText(covered).text(request, new HttpUrl("https://example.com", "/foo"));

        Ed25519Key.ofBase64Url("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs")
                .verify(
                        text,
                        Base64.getDecoder()
                                .decode("wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lI"
                                        + "p5WPpBKRCw=="));
    }

    @Test
    void acceptsASignatureOfEachKindOfKey() {
        for (var prover : List.of(agent, TestProver.p256())) {
            var proof = verify(signed(prover, parts(), parameters(prover)));

            assertThat(proof.key()).isEqualTo(prover.thumbprint());
            assertThat(proof.id()).isEqualTo("once");
            assertThat(proof.usableUntil()).isEqualTo(NOW.plusSeconds(65));
            proof.body().require(BODY.getBytes(UTF_8));
        }
    }

    @Test
    void acceptsTheUrlInItsThreeParts() {
        var parts = parts();
        parts.remove("@target-uri");
        parts.put("@authority", "usage.example");
        parts.put("@path", "/v1/events");
        parts.put("@query", "?source=a%20b");

        assertThat(verify(signed(agent, parts, parameters(agent))).key()).isEqualTo(agent.thumbprint());
        parts.remove("@query");
        assertWrong(signed(agent, parts, parameters(agent)));
    }

    @Nested
    class OverTooLittle {
        @ParameterizedTest
        @ValueSource(strings = {"@method", "@target-uri", "authorization", "content-digest"})
        void fewerPartsThanRequired(String part) {
            var parts = parts();
            parts.remove(part);

            assertWrong(signed(agent, parts, parameters(agent)));
        }

        /** A body that no header announces is found when it is read. */
        @Test
        void aBodyThatNothingWasSaidOf() {
            var parts = parts();
            parts.remove("content-digest");
            var headers = signed(agent, parts, parameters(agent));
            headers.remove("Content-Length");
            var body = verify(headers).body();

            body.require(new byte[0]);
            assertThatThrownBy(() -> body.require(BODY.getBytes(UTF_8))).isInstanceOf(ProofRefused.class);
        }

        @Test
        void bodyAlteredWithItsDigestKept() {
            var body = verify(signed(agent, parts(), parameters(agent))).body();

            assertThatThrownBy(() -> body.require(BODY.replace("1", "2").getBytes(UTF_8)))
                    .isInstanceOf(ProofRefused.class);
        }

        @Test
        void digestOverAnotherBody() {
            var headers = signed(agent, parts(), parameters(agent));
            headers.put("content-digest", TestSignature.digest("another"));

            assertWrong(headers);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"md5=:AA==:", "sha-256=AA", "sha-256", "sha-256=:!:", "", "sha-256=:AA==:, sha-256=:AA==:"})
        void digestThatSaysNothing(String digest) {
            var parts = parts();
            parts.put("content-digest", digest);
            var headers = signed(agent, parts, parameters(agent));
            headers.put("content-digest", digest);

            assertWrong(headers);
        }
    }

    @Nested
    class OfAnotherRequest {
        @Test
        void anotherMethodOrUrlOrAccessToken() {
            assertWrong(signed(agent, TestSignature.parts("GET", URL, AUTHORIZATION, BODY), parameters(agent)));
            assertWrong(signed(
                    agent,
                    TestSignature.parts("POST", URL.replace("source=a", "source=b"), AUTHORIZATION, BODY),
                    parameters(agent)));
            assertWrong(signed(
                    agent,
                    TestSignature.parts("POST", URL.replace("usage", "evil"), AUTHORIZATION, BODY),
                    parameters(agent)));
            assertWrong(signed(agent, TestSignature.parts("POST", URL, "Bearer another", BODY), parameters(agent)));
        }

        @Test
        void anotherKey() {
            assertWrong(signed(agent, parts(), parameters(TestProver.ed25519())));
        }

        @Test
        void aHeaderThatIsNotThere() {
            var parts = parts();
            parts.put("x-missing", "");

            assertWrong(signed(agent, parts, parameters(agent)));
        }
    }

    @Nested
    class WithParameters {
        @Test
        void clockSkewBothWays() {
            verify(signed(agent, parts(), parameters(agent, NOW.minusSeconds(64))));
            assertWrong(signed(agent, parts(), parameters(agent, NOW.minusSeconds(65))));
            verify(signed(agent, parts(), parameters(agent, NOW.plusSeconds(5))));
            assertWrong(signed(agent, parts(), parameters(agent, NOW.plusSeconds(6))));
        }

        @Test
        void expired() {
            verify(signed(agent, parts(), parameters(agent) + ";expires=" + (NOW.getEpochSecond() - 4)));
            assertWrong(signed(agent, parts(), parameters(agent) + ";expires=" + (NOW.getEpochSecond() - 5)));
        }

        @ParameterizedTest
        @ValueSource(strings = {"created=1", "created=\"now\"", "created=-1", "created=1.5", "keyid=x"})
        void ofTheWrongKind(String parameter) {
            var name = parameter.substring(0, parameter.indexOf('='));
            var right = parameters(agent);
            assertWrong(signed(agent, parts(), right.replaceFirst(name + "=[^;]+", parameter)));
            assertWrong(signed(agent, parts(), right.replaceFirst(";" + name + "=[^;]+", "")));
        }

        @ParameterizedTest
        @ValueSource(strings = {"hmac-sha256", "ecdsa-p256-sha256", "rsa-v1_5-sha256", "none", ""})
        void algOfAnotherKey(String algorithm) {
            verify(signed(agent, parts(), parameters(agent) + ";alg=\"ed25519\""));
            assertWrong(signed(agent, parts(), parameters(agent) + ";alg=\"" + algorithm + "\""));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "key-1",
                    "https://evil.example/key",
                    "did:web:evil.example",
                    "did:key:zzz",
                    "did:jwk:e30",
                    "did:jwk:x#1",
                    "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK#other",
                    ""
                })
        void keyIdThatIsNoKey(String keyId) {
            assertWrong(
                    signed(agent, parts(), parameters(agent).replaceFirst("keyid=[^;]+", "keyid=\"" + keyId + "\"")));
        }

        /** Whoever sees the private key of a caller tells it so, and uses it for nothing. */
        @Test
        void keyIdWithThePrivateKey() {
            var jwk = agent.jwk().replace("}", ",\"d\":\"AAAA\"}");
            var did = "did:jwk:" + Base64.getUrlEncoder().withoutPadding().encodeToString(jwk.getBytes(UTF_8));

            assertWrong(signed(agent, parts(), parameters(agent).replace(agent.did(), did)));
        }

        /** ECDSA has two signatures for one text, so the text is remembered and not the signature. */
        @Test
        void malleableSignatureWithoutANonceIsTheSameProof() {
            var prover = TestProver.p256();
            var headers = signed(prover, parts(), parameters(prover).replace(";nonce=\"once\"", ""));
            var first = verify(headers);
            headers.put("Signature", "sig=:" + otherHalf(headers.get("Signature")) + ":");

            assertThat(verify(headers).id()).isEqualTo(first.id());
        }

        private static String otherHalf(String signature) {
            var bytes = Base64.getDecoder().decode(signature.substring(5, signature.length() - 1));
            var order = new BigInteger("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", 16);
            var s = order.subtract(new BigInteger(1, Arrays.copyOfRange(bytes, 32, 64)));
            var other = s.toByteArray();
            Arrays.fill(bytes, 32, 64, (byte) 0);
            var length = Math.min(32, other.length);
            System.arraycopy(other, other.length - length, bytes, 64 - length, length);
            return Base64.getEncoder().encodeToString(bytes);
        }
    }

    @Nested
    class WithLabels {
        @Test
        void duplicateLabels() {
            var headers = signed(agent, parts(), parameters(agent));
            headers.put("Signature-Input", headers.get("Signature-Input") + ", " + headers.get("Signature-Input"));

            assertWrong(headers);
        }

        @Test
        void ofSeveralTheOneWithOurTag() {
            var headers = signed(agent, parts(), parameters(agent) + ";tag=\"tallystick\"");
            headers.put("Signature-Input", headers.get("Signature-Input") + ", proxy=(\"@method\");created=1");

            assertThat(verify(headers).key()).isEqualTo(agent.thumbprint());
        }

        @Test
        void severalWithoutATag() {
            var headers = signed(agent, parts(), parameters(agent));
            headers.put("Signature-Input", headers.get("Signature-Input") + ", other=(\"@method\");created=1");

            assertWrong(headers);
        }

        @Test
        void theTagOfAnotherApplication() {
            assertWrong(signed(agent, parts(), parameters(agent) + ";tag=\"web-bot-auth\""));
        }

        @Test
        void noneAtAll() {
            var headers = signed(agent, parts(), parameters(agent));
            headers.remove("Signature-Input");
            assertRefused(Reason.MISSING, headers);

            var without = signed(agent, parts(), parameters(agent));
            without.remove("Signature");
            assertWrong(without);
        }

        @Test
        void oversizedHeader() {
            assertWrong(signed(agent, parts(), parameters(agent) + ";x=\"" + "x".repeat(8192) + "\""));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "sig",
                    "sig=()",
                    "sig=(\"@method\" \"@method\")",
                    "sig=(\"@status\")",
                    "sig=(\"@method\";req)",
                    "sig=(\"Authorization\")",
                    "sig=(@method)",
                    "sig=(\"@method\"",
                    "sig=(\"@method\"\"authorization\")",
                    "SIG=()",
                    "sig=(),",
                    "=()",
                    "sig=\"@method\""
                })
        void inputThatIsBroken(String input) {
            var headers = signed(agent, parts(), parameters(agent));
            headers.put("Signature-Input", input.endsWith(")") ? input + parameters(agent) : input);

            assertWrong(headers);
        }
    }

    private static Map<String, String> parts() {
        return new LinkedHashMap<>(TestSignature.parts("POST", URL, AUTHORIZATION, BODY));
    }

    private static String parameters(TestProver prover) {
        return parameters(prover, NOW);
    }

    private static String parameters(TestProver prover, Instant created) {
        return ";created=%d;keyid=\"%s\";nonce=\"once\"".formatted(created.getEpochSecond(), prover.did());
    }

    private static Map<String, String> signed(TestProver prover, Map<String, String> parts, String parameters) {
        var headers = new HashMap<>(TestSignature.headers(prover, parts, parameters));
        headers.put("authorization", AUTHORIZATION);
        headers.put("content-digest", TestSignature.digest(BODY));
        headers.put("Content-Length", Integer.toString(BODY.length()));
        return headers;
    }

    private Proof verify(Map<String, String> headers) {
        var request = new Presented(
                "POST",
                "http",
                "10.0.0.7:8080",
                "/v1/events",
                "source=a%20b",
                name -> headers.containsKey(name) ? List.of(headers.get(name)) : List.of());
        return signatures.verify(request, NOW);
    }

    private void assertWrong(Map<String, String> headers) {
        assertRefused(Reason.WRONG, headers);
    }

    private void assertRefused(Reason reason, Map<String, String> headers) {
        assertThatThrownBy(() -> verify(headers)).isInstanceOfSatisfying(ProofRefused.class, e -> assertThat(e.reason())
                .isEqualTo(reason));
    }
}
