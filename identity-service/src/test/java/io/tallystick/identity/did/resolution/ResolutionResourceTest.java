package io.tallystick.identity.did.resolution;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.parsing.Parser;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.IdentityStack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP binding of DID Resolution. What a DID resolves to is DidResolverTest's. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class ResolutionResourceTest {
    private static final String DID = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "application/did-resolution", "application/did-resolution, */*;q=0.1"})
    void answersTheWholeResult(String accept) {
        resolve(DID, accept)
                .statusCode(200)
                .header("Content-Type", startsWith("application/did-resolution"))
                .body("didResolutionMetadata.contentType", equalTo("application/did"))
                .body("didDocument.id", equalTo(DID))
                .body("didDocument.'@context'", hasItem("https://www.w3.org/ns/did/v1"))
                .body("didDocumentMetadata.size()", equalTo(0));
    }

    @Test
    void answersPlainJsonToWhoKnowsNothingElse() {
        resolve(DID, "application/json")
                .statusCode(200)
                .header("Content-Type", startsWith("application/json"))
                .body("didDocument.id", equalTo(DID));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/did", "application/did+json", "application/did+ld+json"})
    void answersTheDocumentAlone(String accept) {
        resolve(DID, accept)
                .statusCode(200)
                .header("Content-Type", startsWith(accept))
                .body("id", equalTo(DID))
                .body("verificationMethod[0].controller", equalTo(DID))
                .body("didDocument", nullValue());
    }

    @ParameterizedTest
    @CsvSource({
        "did:key:zBroken, 400, INVALID_DID, invalidDid",
        "not-a-did, 400, INVALID_DID, invalidDid",
        "did:webvh:QmShort:a.example, 400, INVALID_DID, invalidDid",
        "did:web:example.com, 404, NOT_FOUND, notFound",
        "did:ethr:0x1, 501, METHOD_NOT_SUPPORTED, methodNotSupported"
    })
    void saysAnErrorAsAnObjectAndAsAWordToOlderReaders(String did, int status, String type, String word) {
        resolve(did, "application/did-resolution")
                .statusCode(status)
                .header("Content-Type", startsWith("application/did-resolution"))
                .body("didResolutionMetadata.error.type", equalTo("https://www.w3.org/ns/did#" + type))
                .body("didDocument", nullValue());
        resolve(did, "application/ld+json;profile=\"https://w3id.org/did-resolution\"")
                .statusCode(status)
                .body("didResolutionMetadata.error", equalTo(word));
        resolve(did, "application/did")
                .statusCode(status)
                .header("Content-Type", startsWith("application/did-resolution"));
    }

    @Test
    void saysWhichRepresentationsThereAre() {
        resolve(DID, "text/turtle")
                .statusCode(406)
                .body(
                        "didResolutionMetadata.error.type",
                        equalTo("https://www.w3.org/ns/did#REPRESENTATION_NOT_SUPPORTED"));
    }

    @Test
    void readsAnEncodedDidAsThePathHasItAndNoDidUrl() {
        var encoded = given().urlEncodingEnabled(false).get("/1.0/identifiers/" + DID.replace(":", "%3A"));

        json(encoded.then()).statusCode(200).body("didDocument.id", equalTo(DID));
        given().urlEncodingEnabled(false)
                .get("/1.0/identifiers/" + DID + "%23z6Mkha")
                .then()
                .statusCode(400);
        given().urlEncodingEnabled(false)
                .get("/1.0/identifiers/" + DID + "%00")
                .then()
                .statusCode(400);
    }

    private static ValidatableResponse resolve(String did, String accept) {
        return json(given().accept(accept).get("/1.0/identifiers/" + did).then());
    }

    private static ValidatableResponse json(ValidatableResponse response) {
        return response.parser("application/did-resolution", Parser.JSON)
                .parser("application/did", Parser.JSON)
                .parser("application/did+json", Parser.JSON)
                .parser("application/did+ld+json", Parser.JSON)
                .parser("application/ld+json", Parser.JSON);
    }
}
