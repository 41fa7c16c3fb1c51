package io.tallystick.identity.did.issued;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.parsing.Parser;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.identity.did.webvh.LogVerifier;
import io.tallystick.identity.did.webvh.Verification;
import io.tallystick.identity.did.webvh.Verification.Verified;
import io.tallystick.identity.did.webvh.WebvhDid;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Issued DIDs on the wire and in the database. What makes a log right is LogVerifierTest's. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class IssuedDidResourceTest {
    private final TestClient operator = TestClient.operator();
    private final String key = multikey();
    private String tenant;

    @BeforeEach
    void createTenant() {
        tenant = operator.newTenant();
    }

    private static String multikey() {
        return TestClient.random().did().substring("did:key:".length());
    }

    private ValidatableResponse issue(String name, boolean portable) {
        return operator.post(
                "/v1/tenants/" + tenant + "/dids",
                "{\"name\":\"%s\",\"keys\":[\"%s\"],\"portable\":%s}".formatted(name, key, portable));
    }

    private String issued(String name, boolean portable) {
        return issue(name, portable).statusCode(201).extract().path("did");
    }

    private ValidatableResponse change(String name, String step, String body) {
        return operator.post("/v1/tenants/" + tenant + "/dids/" + name + "/" + step, body);
    }

    private String log(String name) {
        return given().get("/dids/" + tenant + "/" + name + "/did.jsonl")
                .then()
                .statusCode(200)
                .contentType(startsWith("text/jsonl"))
                .extract()
                .asString();
    }

    private ValidatableResponse web(String name) {
        return given().get("/dids/" + tenant + "/" + name + "/did.json")
                .then()
                .parser("application/did+json", Parser.JSON);
    }

    private static Verification verify(String did, String log) {
        return LogVerifier.verify(WebvhDid.parse(did), log, "", Instant.now());
    }

    private static List<Verification.Version> versions(String did, String log) {
        assertThat(verify(did, log)).isInstanceOf(Verified.class);
        return verify(did, log).versions();
    }

    @Test
    void issuesADidWithItsLogAndTheDidWebBesideIt() {
        var place = ":identity.test:dids:" + tenant + ":billing";
        var did = issue("billing", false)
                .statusCode(201)
                .body("did", startsWith("did:webvh:Qm"))
                .body("did", endsWith(place))
                .body("web", equalTo("did:web" + place))
                .body("version", equalTo(1))
                .extract()
                .<String>path("did");

        var version = versions(did, log("billing")).getFirst();
        assertThat(version.document().text()).contains("\"authentication\":[\"" + did + "#" + key + "\"]");
        assertThat(version.document().text()).contains("\"alsoKnownAs\":[\"did:web" + place + "\"]");
        assertThat(version.parameters().preRotates()).isTrue();
        web("billing")
                .statusCode(200)
                .body("id", equalTo("did:web" + place))
                .body("alsoKnownAs", equalTo(List.of(did)))
                .body("verificationMethod[0].id", equalTo("did:web" + place + "#" + key))
                .body("service.id", hasItems("did:web" + place + "#files", "did:web" + place + "#whois"))
                .body("service[0].serviceEndpoint", equalTo("https://identity.test/dids/" + tenant + "/billing/"));
    }

    @Test
    void issuingAgainChangesNothingAndOtherwiseIsAConflict() {
        var did = issued("billing", false);

        issue("billing", false).statusCode(200).body("did", equalTo(did));
        issue("billing", true).statusCode(409).body("type", endsWith("/problems/did-exists"));
        assertThat(versions(did, log("billing"))).hasSize(1);
    }

    @Test
    void rotatesTheUpdateKeyAndTheDidsOwnKeys() {
        var did = issued("billing", false);
        var other = multikey();

        change("billing", "rotate", "{}").statusCode(200).body("version", equalTo(2));
        change("billing", "rotate", "{\"keys\":[\"" + other + "\"]}")
                .statusCode(200)
                .body("version", equalTo(3));

        var versions = versions(did, log("billing"));
        assertThat(versions)
                .hasSize(3)
                .extracting(version -> version.parameters().updateKeys())
                .doesNotHaveDuplicates();
        assertThat(versions.get(1).document().text()).contains(key).doesNotContain(other);
        assertThat(versions.get(2).document().text()).contains(other).doesNotContain(key);
    }

    private int rotateWith(String token) {
        return given().auth()
                .oauth2(token)
                .contentType("application/json")
                .body("{}")
                .post("/v1/tenants/" + tenant + "/dids/billing/rotate")
                .statusCode();
    }

    @Test
    void manyWhoRotateAtOnceWriteOneLog() {
        var did = issued("billing", false);
        var token = operator.token("identity-service");

        try (var threads = Executors.newFixedThreadPool(6)) {
            var answers = IntStream.range(0, 6)
                    .mapToObj(_ -> CompletableFuture.supplyAsync(() -> rotateWith(token), threads))
                    .toList();

            assertThat(answers).extracting(CompletableFuture::join).containsOnly(200);
        }
        assertThat(versions(did, log("billing"))).hasSize(7);
    }

    @Test
    void deactivatesForGoodAndSaysSoTwice() {
        var did = issued("billing", false);
        var path = "/v1/tenants/" + tenant + "/dids/billing";

        var at = operator.delete(path).statusCode(200).extract().<String>path("deactivatedAt");
        operator.delete(path).statusCode(200).body("deactivatedAt", equalTo(at)).body("version", equalTo(2));

        assertThat(((Verified) verify(did, log("billing"))).newest().deactivated())
                .isTrue();
        web("billing").statusCode(410);
        change("billing", "rotate", "{}").statusCode(409).body("type", endsWith("/problems/did-deactivated"));
        change("billing", "move", "{\"domain\":\"b.example\"}").statusCode(409);
        issue("billing", false).statusCode(409).body("type", endsWith("/problems/did-exists"));
    }

    @Test
    void aPortableDidMovesAndIsKnownByItsOldName() {
        var did = issued("billing", true);
        var moved = did.replace("identity.test", "b.example%3A8443");

        change("billing", "move", "{\"domain\":\"b.example:8443\"}")
                .statusCode(200)
                .body("did", equalTo(moved));
        change("billing", "move", "{\"domain\":\"b.example:8443\"}")
                .statusCode(200)
                .body("version", equalTo(2));
        change("billing", "rotate", "{}").statusCode(200);

        var newest = versions(moved, log("billing")).getLast();
        assertThat(newest.did()).hasToString(moved);
        assertThat(versions(did, log("billing"))).hasSize(3);
        assertThat(newest.document().text())
                .contains("\"alsoKnownAs\":[\"" + newest.did().web() + "\",\"" + did + "\"]");
        web("billing").statusCode(200).body("alsoKnownAs", hasItem(moved));
    }

    @Test
    void aDidThatIsNotPortableStaysAndADomainIsNoAddress() {
        issued("billing", false);
        issued("portable", true);

        change("billing", "move", "{\"domain\":\"b.example\"}")
                .statusCode(409)
                .body("type", endsWith("/problems/did-not-portable"));
        change("portable", "move", "{\"domain\":\"127.0.0.1\"}")
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/domain"));
    }

    @Test
    void onlyTheTenantsOwnersAndTheOperatorIssue() {
        var owner = TestClient.random();
        operator.register(operator.newTenant(), owner.did(), "provider", "owner")
                .statusCode(201);
        issued("billing", false);

        owner.post("/v1/tenants/" + tenant + "/dids", "{\"name\":\"x\",\"keys\":[\"" + key + "\"]}")
                .statusCode(403)
                .body("type", endsWith("/problems/other-tenant"));
        owner.post("/v1/tenants/" + tenant + "/dids/billing/rotate", "{}").statusCode(403);
        owner.post("/v1/tenants/" + tenant + "/dids/billing/move", "{\"domain\":\"b.example\"}")
                .statusCode(403);
        owner.delete("/v1/tenants/" + tenant + "/dids/billing").statusCode(403);
        owner.get("/v1/tenants/" + tenant + "/dids").statusCode(403);
        given().contentType("application/json")
                .body("{}")
                .post("/v1/tenants/" + tenant + "/dids")
                .then()
                .statusCode(401);
    }

    @Test
    void badInputIsAProblemThatNamesTheField() {
        var dids = "/v1/tenants/" + tenant + "/dids";

        operator.post(dids, "{\"name\":\"Not A Label\",\"keys\":[\"" + key + "\"]}")
                .statusCode(400);
        operator.post(dids, "{\"name\":\"a\",\"keys\":[]}").statusCode(400);
        operator.post(dids, "{\"name\":\"a\",\"keys\":[\"zBroken\"]}")
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/keys"));
        operator.post(dids, "{\"name\":\"a\",\"keys\":[\"z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc\"]}")
                .statusCode(422);
        operator.post("/v1/tenants/nobody-here/dids", "{\"name\":\"a\",\"keys\":[\"" + key + "\"]}")
                .statusCode(404);
        change("nothing", "rotate", "{}").statusCode(404).body("type", endsWith("/problems/unknown-did"));
        given().get("/dids/" + tenant + "/nothing/did.jsonl").then().statusCode(404);
        given().get("/dids/" + tenant + "/nothing/did.json").then().statusCode(404);
    }

    @Test
    void listsATenantsDids() {
        issued("a", false);
        issued("b", false);

        operator.get("/v1/tenants/" + tenant + "/dids?after=a")
                .statusCode(200)
                .body("dids.name", equalTo(List.of("b")));
        operator.get("/v1/tenants/" + tenant + "/dids")
                .statusCode(200)
                .body("dids", hasSize(2))
                .body("dids[0].createdAt", notNullValue());
    }

    @Test
    void aTenantHasNoMoreDidsThanItMayHaveEvenAtOnce() {
        var token = operator.token("identity-service");
        try (var workers = Executors.newFixedThreadPool(8)) {
            var answers = IntStream.range(0, IdentityStack.DIDS_PER_TENANT + 6)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> given().auth()
                                    .oauth2(token)
                                    .contentType("application/json")
                                    .body("{\"name\":\"n%d\",\"keys\":[\"%s\"]}".formatted(i, key))
                                    .post("/v1/tenants/" + tenant + "/dids")
                                    .statusCode(),
                            workers))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();

            assertThat(answers).filteredOn(status -> status == 201).hasSize(IdentityStack.DIDS_PER_TENANT);
            assertThat(answers).filteredOn(status -> status == 409).hasSize(6);
        }
        issue("more", false).statusCode(409).body("type", endsWith("/problems/too-many-dids"));
    }

    /** Whoever reads the database learns neither what signs next nor by which key. */
    @Test
    void keepsOnlyTheNextKeyAndItEncrypted() throws SQLException {
        var did = issued("billing", false);
        change("billing", "rotate", "{}").statusCode(200);
        var newest = versions(did, log("billing")).getLast();
        var config = ConfigProvider.getConfig();
        try (var connection = DriverManager.getConnection(
                        config.getValue("quarkus.datasource.jdbc.url", String.class),
                        config.getValue("quarkus.datasource.username", String.class),
                        config.getValue("quarkus.datasource.password", String.class));
                var query = connection.prepareStatement("select next_key, sealed from webvh_did where did = ?")) {
            query.setString(1, did);
            var row = query.executeQuery();
            row.next();

            assertThat(newest.parameters().updateKeys()).doesNotContain(row.getString(1));
            // 12 bytes of nonce, 32 of key and 16 of tag.
            assertThat(row.getString(2)).hasSize(80);
            assertThat(log("billing")).doesNotContain(row.getString(1));
        }
    }
}
