package io.tallystick.identity.credential.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.identity.did.DidResolver;
import io.tallystick.identity.did.Resolution;
import io.tallystick.identity.did.Resolution.ResolvedVersion;
import io.tallystick.identity.did.VerificationKey;
import io.tallystick.identity.did.webvh.Json.JsonObject;
import io.tallystick.identity.did.webvh.JsonReader;
import io.tallystick.kit.access.CompactJws;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which of an issuer's keys speaks for it. */
class IssuerKeysTest {
    private static final String DID = "did:web:issuer.example";
    private static final String KID = DID + "#key-1";

    private final CredentialMaker maker = new CredentialMaker();
    private final String key = maker.did().substring("did:key:".length());

    @Test
    void aKeyOfAssertionMethodIsFoundByItsName() {
        assertThat(found(document(method(KID, DID), "\"" + KID + "\"")).multibase())
                .isEqualTo(key);
        // Both may be written relative to the document's DID.
        assertThat(found(document(method("#key-1", DID), "\"#key-1\"")).multibase())
                .isEqualTo(key);
        assertThat(found(document("", method(KID, DID))).multibase()).isEqualTo(key);
    }

    @Test
    void aKeyInAJwkIsFound() {
        var jwk = "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                + "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}";
        var method = "{\"id\":\"%s\",\"type\":\"JsonWebKey\",\"controller\":\"%s\",\"publicKeyJwk\":%s}"
                .formatted(KID, DID, jwk);

        assertThat(found(document(method, "\"" + KID + "\"")).type().algorithm())
                .isEqualTo("ES256");
        // Not on its curve.
        refused(document(method.replace("x_FE", "y_FE"), "\"" + KID + "\""), "the issuer's key");
    }

    @Test
    void aKeyForAnotherPurposeSpeaksNotForTheIssuer() {
        refused(document(method(KID, DID), ""), "under assertionMethod");
        refused(document(method(KID, DID), "\"" + DID + "#key-2\""), "under assertionMethod");
        refused(
                document(method(KID, DID), "").replace("\"assertionMethod\"", "\"authentication\""),
                "under assertionMethod");
    }

    @Test
    void aKeyThatAnotherControlsSpeaksNotForTheIssuer() {
        refused(document(method(KID, "did:web:evil.example"), "\"" + KID + "\""), "under assertionMethod");
        refused(document("", method(KID, "did:web:evil.example")), "under assertionMethod");
    }

    @Test
    void twoKeysOfOneNameAreNone() {
        var two = method(KID, DID) + "," + method(KID, DID);

        refused(document(two, "\"" + KID + "\""), "under assertionMethod");
        refused(document(method(KID, DID), method(KID, DID)), "under assertionMethod");
    }

    @Test
    void theDocumentOfAnotherDidSaysNothing() {
        var other = document(method(KID, DID), "\"" + KID + "\"")
                .replace("\"id\":\"" + DID + "\"", "\"id\":\"did:web:evil.example\"");

        refused(other, "of another DID");
    }

    @Test
    void aKeyThatOnlyAgreesSignsNothing() {
        var agrees = "did:key:z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc";

        assertThatThrownBy(() ->
                        IssuerKeys.named(agrees + "#" + agrees.substring(8), agrees, new DidResolver().resolve(agrees)))
                .isInstanceOf(CompactJws.Invalid.class);
    }

    private VerificationKey found(String document) {
        return IssuerKeys.named(KID, DID, resolution(document));
    }

    private void refused(String document, String why) {
        assertThatThrownBy(() -> found(document))
                .isInstanceOf(CompactJws.Invalid.class)
                .hasMessageContaining(why);
    }

    private static Resolution resolution(String document) {
        return new ResolvedVersion((JsonObject) JsonReader.read(document), JsonObject.of(Map.of()));
    }

    private String method(String id, String controller) {
        return "{\"id\":\"%s\",\"type\":\"Multikey\",\"controller\":\"%s\",\"publicKeyMultibase\":\"%s\"}"
                .formatted(id, controller, key);
    }

    private static String document(String methods, String asserting) {
        return "{\"id\":\"%s\",\"verificationMethod\":[%s],\"assertionMethod\":[%s]}"
                .formatted(DID, methods, asserting);
    }
}
