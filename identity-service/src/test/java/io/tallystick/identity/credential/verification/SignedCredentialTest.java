package io.tallystick.identity.credential.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.identity.did.DidResolver;
import io.tallystick.kit.access.CompactJws;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read as a credential, and what an attacker's is refused for before anything is asked. */
class SignedCredentialTest {
    private final CredentialMaker issuer = new CredentialMaker();

    @Test
    void aCredentialIsBelievedByItsIssuersKey() {
        var credential = verified(issuer.jwt());

        assertThat(credential.issuer()).isEqualTo(issuer.did());
        assertThat(credential.types()).containsExactly("VerifiableCredential", "TradeLicence");
        assertThat(credential.subject().textOf("licence")).contains("L-1");
        assertThat(credential.status()).isEmpty();
    }

    @Test
    void whatTheStandardAllowsIsRead() {
        var payload = issuer.payload("")
                .replace(
                        "\"issuer\":\"" + issuer.did() + "\"",
                        "\"issuer\":{\"id\":\"" + issuer.did() + "\",\"name\":\"x\"}")
                .replace("Z\"", ".25+00:00\"");

        verified(issuer.jwt(issuer.header(",\"cty\":\"vc\",\"iss\":\"" + issuer.did() + "\""), payload));
        verified(issuer.jwt(issuer.payload(
                ",\"iss\":\"" + issuer.did() + "\",\"sub\":\"did:example:holder\",\"iat\":1,\"nbf\":1")));
    }

    @Test
    void algNoneSignsNothing() {
        var jwt = issuer.jwt(issuer.header("").replace("EdDSA", "none"), issuer.payload(""));

        refused(jwt, "alg must be EdDSA");
        refused(jwt.substring(0, jwt.lastIndexOf('.') + 1), "three parts");
    }

    @Test
    void thePublicKeyIsNoSecretOfHmac() throws GeneralSecurityException {
        var input = encode(issuer.header("").replace("EdDSA", "HS256")) + "." + encode(issuer.payload(""));
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(issuer.did().getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
        var signature = mac.doFinal(input.getBytes(StandardCharsets.US_ASCII));

        refused(input + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature), "alg must be EdDSA");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",\"jwk\":{\"kty\":\"OKP\"}",
                ",\"jku\":\"https://evil.example/keys\"",
                ",\"x5u\":\"https://evil.example/chain\"",
                ",\"x5c\":[\"AA\"]",
                ",\"crit\":[\"b64\"],\"b64\":false"
            })
    void aHeaderThatBringsItsOwnKeyIsRefused(String more) {
        refused(issuer.jwt(issuer.header(more), issuer.payload("")), "the header must have");
    }

    @Test
    void aKidOfAnotherDidIsRefused() {
        var other = new CredentialMaker();

        // Signed rightly by the other, who says that it was the issuer.
        refused(other.jwt(CredentialMaker.payload(issuer.did(), "")), "kid must be a DID URL of the issuer");
        refused(other.jwt(issuer.header(""), CredentialMaker.payload(issuer.did(), "")), "signature");
    }

    @Test
    void aKidThatIsAPathOrAStatementOrAnAddressIsRefused() {
        for (var kid : List.of(
                "../../../etc/passwd",
                "' or '1'='1",
                "https://evil.example/key",
                "file:///dev/null",
                "#" + issuer.did().substring(8),
                issuer.did(),
                issuer.did() + "?service=x#key",
                issuer.did() + "#",
                issuer.did() + "#' or '1'='1",
                issuer.did() + "#../" + issuer.did().substring(8))) {
            var header = "{\"alg\":\"EdDSA\",\"typ\":\"vc+jwt\",\"kid\":\"" + kid + "\"}";
            refused(issuer.jwt(header, issuer.payload("")), "kid must");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "JWT",
                "at+jwt",
                "spend-grant+jwt",
                "dpop+jwt",
                "vp+jwt",
                "VC+JWT",
                "tallystick-event+jws",
                "client-authentication+jwt"
            })
    void anotherKindOfTokenIsNoCredential(String type) {
        refused(issuer.jwt(issuer.header("").replace("vc+jwt", type), issuer.payload("")), "typ must be vc+jwt");
    }

    @Test
    void whatTwoReadersReadDifferentlyIsRefused() {
        refused(issuer.jwt(issuer.payload(",\"issuer\":\"did:example:other\"")), "a name comes twice");
        refused(issuer.jwt(issuer.payload(",\"n\":1.5")), "a number must be whole");
        refused(issuer.jwt(issuer.payload(",\"n\":1e3")), "a number must be whole");
        refused(issuer.jwt(issuer.payload(",\"n\":" + "[".repeat(40) + "]".repeat(40))), "nested deeper");
        refused(issuer.jwt(issuer.header(",\"typ\":\"vc+jwt\""), issuer.payload("")), "each name once");
        refused(issuer.jwt("x" + issuer.payload("")), "not strict JSON");
    }

    @Test
    void whatSaysTwoThingsOfTheSameIsRefused() {
        for (var more : List.of(
                ",\"iss\":\"did:example:other\"",
                ",\"sub\":\"did:example:other\"",
                ",\"jti\":\"urn:uuid:other\"",
                ",\"iss\":1")) {
            refused(issuer.jwt(issuer.payload(more)), "says something else");
        }
        refused(issuer.jwt(issuer.header(",\"iss\":\"did:example:other\""), issuer.payload("")), "iss must be");
        refused(issuer.jwt(issuer.payload(",\"vc\":{}")), "claims vc and vp");
    }

    @Test
    void anExpiryOfTheSignatureEndsTheCredential() {
        var soon = CredentialMaker.now().plusSeconds(5);
        var credential = verified(issuer.jwt(issuer.payload(",\"exp\":" + soon.getEpochSecond())));

        assertThat(credential.validUntil()).isEqualTo(soon);
    }

    @Test
    void whatIsNoCredentialIsRefused() {
        var payload = issuer.payload("");
        refused(issuer.jwt(payload.replace("ns/credentials/v2", "2018/credentials/v1")), "@context must begin");
        refused(issuer.jwt(payload.replace("VerifiableCredential", "VerifiablePresentation")), "type must have");
        refused(issuer.jwt(payload.replace("\"credentialSubject\"", "\"subject\"")), "credentialSubject must be");
        refused(issuer.jwt(payload.replace("validUntil\":\"2", "validUntil\":\"x2")), "validUntil must be a time");
        refused(issuer.jwt(payload.replace(issuer.did(), "https://evil.example")), "issuer must be a DID");
        refused("a".repeat(20_000), "longer than");
    }

    @Test
    void aStatusOfWhichNobodyKnowsWhatItMeansIsRefused() {
        for (var status : List.of(
                CredentialMaker.status("message", "https://x.example/1", "1"),
                CredentialMaker.status("revocation", "https://x.example/1", "-1"),
                CredentialMaker.status("revocation", "https://x.example/1", "0x1"),
                CredentialMaker.status("revocation", "https://x.example/1", "9999999999"),
                ",\"credentialStatus\":{\"type\":\"StatusList2021Entry\"}",
                ",\"credentialStatus\":[{},{},{},{},{}]",
                ",\"credentialStatus\":\"none\"")) {
            var credential = verified(issuer.jwt(issuer.payload(status)));
            assertThatThrownBy(credential::status).as(status).isInstanceOf(CompactJws.Invalid.class);
        }
    }

    private static SignedCredential verified(String jwt) {
        var credential = SignedCredential.parse(jwt, CredentialVerifier.MAX_LENGTH);
        var found = new DidResolver().resolve(credential.issuer());
        credential.requireSignedBy(IssuerKeys.named(credential.kid(), credential.issuer(), found));
        return credential;
    }

    private static void refused(String jwt, String why) {
        assertThatThrownBy(() -> verified(jwt))
                .as(jwt)
                .isInstanceOf(CompactJws.Invalid.class)
                .hasMessageContaining(why);
    }

    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
