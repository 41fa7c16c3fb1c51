package io.tallystick.identity.did.resolution;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.parsing.Parser;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.IdentityStack;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
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
    void readsAnEncodedDidAsThePathHasIt() {
        raw(DID.replace(":", "%3A"), "*/*").statusCode(200).body("didDocument.id", equalTo(DID));
        raw(DID + "%00", "*/*").statusCode(400);
    }

    /** Who writes a DID into the path as it is means the colon before a port to stay encoded. */
    @Test
    void readsADidWithAPortEncodedOrNot() {
        var did = "did:web:a.example%3A8443";
        for (var written : List.of(did, "did%3Aweb%3Aa.example%253A8443", "did:web:a.example%253A8443")) {
            raw(written, "*/*")
                    .statusCode(404)
                    .body("didResolutionMetadata.error.detail", containsString("a.example%3A8443"));
        }
    }

    @Test
    void dereferencesAFragmentToTheVerificationMethod() {
        var key = DID.substring("did:key:".length());
        for (var written : List.of(DID + "%23" + key, DID.replace(":", "%3A") + "%23" + key)) {
            raw(written, "*/*")
                    .statusCode(200)
                    .header("Content-Type", startsWith("application/did-url-dereferencing"))
                    .body("content.id", equalTo(DID + "#" + key))
                    .body("content.publicKeyMultibase", equalTo(key))
                    .body("content.'@context'", hasItem("https://www.w3.org/ns/did/v1"))
                    .body("dereferencingMetadata.contentType", equalTo("application/did"))
                    .body("contentMetadata.size()", equalTo(0));
            raw(written, "application/did")
                    .statusCode(200)
                    .header("Content-Type", startsWith("application/did"))
                    .body("id", equalTo(DID + "#" + key));
            raw(written, "application/json").statusCode(200).body("content.id", equalTo(DID + "#" + key));
            raw(written + "?verificationRelationship=keyAgreement", "*/*")
                    .statusCode(500)
                    .body(
                            "dereferencingMetadata.error.type",
                            endsWith("#INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"));
        }
    }

    @Test
    void aDidIsDereferencedToItsDocument() {
        raw(DID, "application/did-url-dereferencing")
                .statusCode(200)
                .body("content.id", equalTo(DID))
                .body("dereferencingMetadata.contentType", equalTo("application/did"));
    }

    /** Resolving takes a DID and nothing more. */
    @Test
    void aDidUrlIsNotResolved() {
        raw(DID + "%23z6Mkha", "application/did-resolution")
                .statusCode(400)
                .body("didResolutionMetadata.error.type", equalTo("https://www.w3.org/ns/did#INVALID_DID"));
        raw(DID, "text/uri-list").statusCode(406);
    }

    @ParameterizedTest
    @CsvSource({
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK%23none, 404, NOT_FOUND",
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK/path, 404, NOT_FOUND",
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK?service=a, 404, NOT_FOUND",
        "did:web:example.com%23a, 404, NOT_FOUND",
        "did:key:zBroken%23a, 400, INVALID_DID_URL",
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK%23a%23b, 400, INVALID_DID_URL",
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK?service=a&service=b, 400, INVALID_DID_URL",
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK%3Fservice=a?service=b, 400, INVALID_DID_URL",
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK%3FversionNumber=1%23a, 400, INVALID_OPTIONS",
        "did:ethr:0x1%23a, 501, METHOD_NOT_SUPPORTED"
    })
    void saysWhyADidUrlLeadsNowhere(String written, int status, String type) {
        raw(written, "*/*")
                .statusCode(status)
                .header("Content-Type", startsWith("application/did-url-dereferencing"))
                .body("content", nullValue())
                .body("contentMetadata.size()", equalTo(0))
                .body("dereferencingMetadata.error.type", equalTo("https://www.w3.org/ns/did#" + type));
    }

    @Test
    void attackFloodingTheResolver() throws Exception {
        var target = URI.create("http://127.0.0.1:" + RestAssured.port + "/1.0/identifiers/" + DID);
        // An address of its own: the other tests' is not to be held back.
        try (var client = HttpClient.newBuilder()
                .localAddress(InetAddress.getByName("127.0.0.2"))
                .build()) {
            var answers = IntStream.range(0, 5 * IdentityStack.RESOLUTION_BURST)
                    .mapToObj(_ -> client.sendAsync(
                            HttpRequest.newBuilder(target).build(), HttpResponse.BodyHandlers.ofString()))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();

            assertThat(answers).filteredOn(answer -> answer.statusCode() == 200).hasSizeGreaterThan(50);
            assertThat(answers)
                    .filteredOn(answer -> answer.statusCode() == 429)
                    .isNotEmpty()
                    .allMatch(
                            answer -> answer.headers().firstValue("Retry-After").isPresent());
        }
        raw(DID, "*/*").statusCode(200);
    }

    private static ValidatableResponse raw(String written, String accept) {
        return json(given().urlEncodingEnabled(false)
                .accept(accept)
                .get("/1.0/identifiers/" + written)
                .then());
    }

    private static ValidatableResponse resolve(String did, String accept) {
        return json(given().accept(accept).get("/1.0/identifiers/" + did).then());
    }

    private static ValidatableResponse json(ValidatableResponse response) {
        return response.parser("application/did-resolution", Parser.JSON)
                .parser("application/did-url-dereferencing", Parser.JSON)
                .parser("application/did", Parser.JSON)
                .parser("application/did+json", Parser.JSON)
                .parser("application/did+ld+json", Parser.JSON)
                .parser("application/ld+json", Parser.JSON);
    }
}
