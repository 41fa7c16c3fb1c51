package io.tallystick.identity.did.issued;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.parsing.Parser;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Issued DIDs as a resolver's user sees them, in every version. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class IssuedDidResolutionTest {
    private final TestClient operator = TestClient.operator();
    private String dids;
    private String did;
    private String web;

    @BeforeEach
    void issue() {
        var tenant = operator.newTenant();
        var key = TestClient.random().did().substring("did:key:".length());
        dids = "/v1/tenants/" + tenant + "/dids";
        did = operator.post(dids, "{\"name\":\"one\",\"keys\":[\"%s\"],\"portable\":true}".formatted(key))
                .statusCode(201)
                .extract()
                .path("did");
        web = "did:web:identity.test:dids:" + tenant + ":one";
    }

    private void rotate() {
        operator.post(dids + "/one/rotate", "{}").statusCode(200);
    }

    private static ValidatableResponse resolve(String did, Map<String, String> query) {
        return given().queryParams(query)
                .get("/1.0/identifiers/{did}", did)
                .then()
                .parser("application/did-resolution", Parser.JSON);
    }

    private static ValidatableResponse resolve(String did) {
        return resolve(did, Map.of());
    }

    private static String problem(String word) {
        return "https://www.w3.org/ns/did#" + word;
    }

    @Test
    void resolvesTheNewestVersionAndSaysWhatItIs() {
        rotate();

        resolve(did)
                .statusCode(200)
                .body("didDocument.id", equalTo(did))
                .body("didDocument.alsoKnownAs", equalTo(List.of(web)))
                .body("didResolutionMetadata.contentType", equalTo("application/did"))
                .body("didDocumentMetadata.versionId", startsWith("2-Qm"))
                .body(
                        "didDocumentMetadata.updated",
                        equalTo(resolve(did).extract().path("didDocumentMetadata.versionTime")))
                .body("didDocumentMetadata.deactivated", equalTo(false))
                .body("didDocumentMetadata.portable", equalTo(true))
                .body("didDocumentMetadata.ttl", equalTo("3600"))
                .body("didDocumentMetadata.nextVersionId", nullValue());
        given().accept("application/did")
                .get("/1.0/identifiers/" + did)
                .then()
                .statusCode(200)
                .parser("application/did", Parser.JSON)
                .body("id", equalTo(did));
    }

    @Test
    void resolvesTheVersionThatIsAskedFor() {
        rotate();
        rotate();
        String newest = resolve(did).extract().path("didDocumentMetadata.versionId");
        var second = resolve(did, Map.of("versionNumber", "2"))
                .statusCode(200)
                .body("didDocumentMetadata.versionId", startsWith("2-Qm"))
                .body("didDocumentMetadata.nextVersionId", equalTo(newest))
                .extract();
        String id = second.path("didDocumentMetadata.versionId");
        String time = second.path("didDocumentMetadata.versionTime");
        String created = second.path("didDocumentMetadata.created");

        resolve(did, Map.of("versionId", id)).statusCode(200).body("didDocumentMetadata.versionId", equalTo(id));
        resolve(did, Map.of("versionTime", time)).statusCode(200).body("didDocumentMetadata.versionId", equalTo(id));
        resolve(did, Map.of("versionTime", created))
                .statusCode(200)
                .body("didDocumentMetadata.versionId", startsWith("1-"));
    }

    @Test
    void saysThatThereIsNoSuchVersion() {
        for (var query : List.of(
                Map.of("versionNumber", "2"),
                Map.of("versionTime", "2020-01-01T00:00:00Z"),
                Map.of("versionId", "1-QmRRaLXwc6BjBuBPosSupJwEQ8w9f3znP7yfbpGfwcnLr6"))) {
            resolve(did, query).statusCode(404).body("didResolutionMetadata.error.type", equalTo(problem("NOT_FOUND")));
        }
        for (var query : List.of(
                Map.of("versionNumber", "0"),
                Map.of("versionTime", "yesterday"),
                Map.of("versionNumber", "1", "versionTime", "2020-01-01T00:00:00Z"))) {
            resolve(did, query)
                    .statusCode(400)
                    .body("didResolutionMetadata.error.type", equalTo(problem("INVALID_OPTIONS")));
        }
        resolve("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", Map.of("versionNumber", "1"))
                .statusCode(400);
    }

    @Test
    void aDeactivatedDidHasNoDocumentButItsEarlierVersionsHave() {
        operator.delete(dids + "/one").statusCode(200);

        resolve(did)
                .statusCode(410)
                .body("didDocument", nullValue())
                .body("didDocumentMetadata.deactivated", equalTo(true));
        resolve(web).statusCode(410);
        resolve(did, Map.of("versionNumber", "1"))
                .statusCode(200)
                .body("didDocument.id", equalTo(did))
                .body("didDocumentMetadata.deactivated", equalTo(true));
    }

    @Test
    void aDidUrlLeadsToTheKeyOfTheVersionAndToTheFilesBesideTheLog() {
        String fragment = ((String) resolve(did).extract().path("didDocument.authentication[0]")).split("#", 2)[1];
        rotate();

        for (var query : List.of(Map.<String, String>of(), Map.of("versionNumber", "1"))) {
            given().queryParams(query)
                    .get("/1.0/identifiers/{url}", did + "#" + fragment)
                    .then()
                    .statusCode(200)
                    .parser("application/did-url-dereferencing", Parser.JSON)
                    .body("content.id", equalTo(did + "#" + fragment));
        }
        given().redirects()
                .follow(false)
                .accept("text/uri-list")
                .get("/1.0/identifiers/{url}", did + "/whois")
                .then()
                .statusCode(303)
                .header("Location", startsWith("https://identity.test/dids/"))
                .header("Location", endsWith("/one/whois.vp"));
        operator.delete(dids + "/one").statusCode(200);
        given().get("/1.0/identifiers/{url}", did + "#" + fragment)
                .then()
                .statusCode(410)
                .parser("application/did-url-dereferencing", Parser.JSON)
                .body("content", nullValue())
                .body("contentMetadata.deactivated", equalTo(true));
    }

    @Test
    void theDidWebBesideItIsTheSameByAnotherName() {
        resolve(web)
                .statusCode(200)
                .body("didDocument.id", equalTo(web))
                .body("didDocument.alsoKnownAs", equalTo(List.of(did)))
                .body("didDocument.authentication[0]", startsWith(web + "#z6Mk"));
    }

    @Test
    void aDidThatMovedIsFoundByBothNames() {
        var moved = did.replace("identity.test", "b.example");
        operator.post(dids + "/one/move", "{\"domain\":\"b.example\"}").statusCode(200);

        resolve(moved)
                .statusCode(200)
                .body("didDocument.id", equalTo(moved))
                .body("didDocument.alsoKnownAs", hasItem(did));
        resolve(did).statusCode(200).body("didDocument.id", equalTo(moved));
        resolve(did.replace("identity.test", "c.example")).statusCode(400);
    }

    /** A tenant may move its DID to any domain; what that domain's did:web is, is not for us to say. */
    @Test
    void aDidWebOfAnotherDomainIsNotResolvedFromOurDatabase() {
        operator.post(dids + "/one/move", "{\"domain\":\"bank.example\"}").statusCode(200);

        resolve(web.replace("identity.test", "bank.example")).statusCode(404);
        resolve(web).statusCode(404);
    }

    @Test
    void aDidOfAnotherScidIsUnknown() {
        resolve("did:webvh:QmRRaLXwc6BjBuBPosSupJwEQ8w9f3znP7yfbpGfwcnLr6:identity.test:dids:a:one")
                .statusCode(404)
                .body("didResolutionMetadata.error.type", equalTo(problem("NOT_FOUND")));
        resolve(web.replace(":one", ":two")).statusCode(404);
    }

    /** Whoever can write the database cannot write history. */
    @Test
    void aLogThatWasAlteredInTheDatabaseIsRefusedFromThereOn() throws SQLException {
        rotate();
        rotate();
        var config = ConfigProvider.getConfig();
        try (var connection = DriverManager.getConnection(
                        config.getValue("quarkus.datasource.jdbc.url", String.class),
                        config.getValue("quarkus.datasource.username", String.class),
                        config.getValue("quarkus.datasource.password", String.class));
                var change = connection.prepareStatement("update webvh_entry set line = replace(line, 'z6Mk', 'z6Mj') "
                        + "where version = 2 and scid = split_part(?, ':', 3)")) {
            change.setString(1, did);
            change.executeUpdate();
        }

        resolve(did).statusCode(400).body("didResolutionMetadata.error.type", equalTo(problem("INVALID_DID")));
        resolve(did, Map.of("versionNumber", "3")).statusCode(400);
        resolve(did, Map.of("versionNumber", "1")).statusCode(200).body("didDocument.id", equalTo(did));
        operator.post(dids + "/one/rotate", "{}").statusCode(500).body("type", endsWith("/problems/internal-error"));
    }
}
