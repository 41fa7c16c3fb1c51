package io.tallystick.identity.credential;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ExtractableResponse;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.identity.credential.status.StatusList;
import io.tallystick.kit.access.CompactJws;
import io.tallystick.kit.access.Ed25519Key;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is said of an identity is what it is, is signed by the installation, and is taken back for everyone to see. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
class CredentialResourceTest {
    private static final String ISSUER = "did:web:identity.test";
    private static final Set<String> HEADER = Set.of("alg", "typ", "cty", "kid", "iss");

    private final TestClient operator = TestClient.operator();
    private final TestClient owner = TestClient.random();
    private final TestClient client = TestClient.random();
    private String tenant;

    @BeforeEach
    void aTenantWithAClient() {
        tenant = operator.newTenant();
        operator.register(tenant, owner.did(), "provider", "owner").statusCode(201);
        owner.register(tenant, client.did(), "client", "client").statusCode(201);
    }

    @Test
    void aCredentialSaysWhatTheIdentityIs() {
        var jwt = CompactJws.parse(issue(client.did()).path("credential"), 16_384, HEADER)
                .requireHeader("typ", "vc+jwt")
                .requireHeader("cty", "vc")
                .requireHeader("iss", ISSUER)
                .verifiedBy(installationKey());
        var says = jwt.claims();

        assertThat(jwt.header("kid")).startsWith(ISSUER + "#");
        assertThat(says.at("/@context/0").asText()).isEqualTo("https://www.w3.org/ns/credentials/v2");
        assertThat(says.at("/type/1").asText()).isEqualTo("TallystickClientCredential");
        assertThat(says.at("/issuer").asText()).isEqualTo(ISSUER);
        assertThat(says.at("/credentialSubject/id").asText()).isEqualTo(client.did());
        assertThat(says.at("/credentialSubject/tenant").asText()).isEqualTo(tenant);
        assertThat(says.at("/credentialSubject/roles/0").asText()).isEqualTo("client");
        assertThat(says.at("/credentialStatus/0/statusPurpose").asText()).isEqualTo("revocation");
        assertThat(says.at("/credentialStatus/1/statusPurpose").asText()).isEqualTo("suspension");
        assertThat(says.has("aud")).isFalse();
        assertThat(says.has("vc")).isFalse();
    }

    @Test
    void bothFormatsSayTheSameUnderOneId() {
        String id = issue(client.did()).path("id");

        String older = owner.get(path(id) + "?format=jwt_vc_json")
                .statusCode(200)
                .body("format", equalTo("jwt_vc_json"))
                .extract()
                .path("credential");
        String newer = owner.get(path(id)).statusCode(200).extract().path("credential");

        var one = CompactJws.parse(older, 16_384, Set.of("alg", "typ", "kid")).requireHeader("typ", "JWT");
        var two = CompactJws.parse(newer, 16_384, HEADER).claims();
        var claims = one.verifiedBy(installationKey()).claims();
        assertThat(claims.get("jti")).isEqualTo(two.get("id"));
        assertThat(claims.at("/vc/credentialSubject")).isEqualTo(two.get("credentialSubject"));
        assertThat(claims.at("/vc/credentialStatus")).isEqualTo(two.get("credentialStatus"));
        assertThat(claims.at("/vc/@context/0").asText()).isEqualTo("https://www.w3.org/2018/credentials/v1");
        assertThat(claims.get("exp")).isEqualTo(two.get("exp"));
    }

    @Test
    void anIdentityIsAttestedOnlyAsWhatItIs() {
        ask(owner, tenant, client.did(), "TallystickProviderCredential")
                .statusCode(422)
                .body("type", equalTo("/problems/identity-is-something-else"));
        ask(owner, tenant, owner.did(), "TallystickClientCredential").statusCode(422);
        ask(owner, tenant, owner.did(), "TallystickProviderCredential").statusCode(201);
        ask(owner, tenant, TestClient.random().did(), "TallystickClientCredential")
                .statusCode(404)
                .body("type", equalTo("/problems/unknown-identity"));
        ask(owner, tenant, client.did(), "VerifiableCredential").statusCode(400);
    }

    @Test
    void aRevokedIdentityGetsNoCredential() {
        revokeIdentity(client.did());

        ask(owner, tenant, client.did(), "TallystickClientCredential")
                .statusCode(409)
                .body("type", equalTo("/problems/identity-revoked"));
    }

    @Test
    void revokingAnIdentityRevokesItsCredentialsAtOnce() {
        var credential = issue(client.did());
        var other = issue(owner.did(), "TallystickProviderCredential");
        assertThat(isSet(credential, "")).isFalse();

        revokeIdentity(client.did());

        assertThat(isSet(credential, "")).isTrue();
        assertThat(isSet(other, "")).isFalse();
        owner.get(path(credential.path("id")))
                .statusCode(200)
                .body("state", equalTo("revoked"))
                .body("credential", nullValue());
    }

    @Test
    void aRevokedCredentialStaysRevoked() {
        var credential = issue(client.did());
        String id = credential.path("id");

        owner.delete(path(id)).statusCode(200).body("state", equalTo("revoked"));
        owner.delete(path(id)).statusCode(200);

        assertThat(isSet(credential, "")).isTrue();
        assertThat(isSet(credential, "/suspension")).isFalse();
        for (var step : List.of("/suspend", "/resume")) {
            owner.post(path(id) + step, "").statusCode(409).body("type", equalTo("/problems/credential-ended"));
        }
    }

    @Test
    void aSuspensionIsTakenBack() {
        var credential = issue(client.did());
        String id = credential.path("id");

        owner.post(path(id) + "/suspend", "").statusCode(200).body("state", equalTo("suspended"));
        assertThat(isSet(credential, "/suspension")).isTrue();
        assertThat(isSet(credential, "")).isFalse();
        owner.get(path(id)).body("credential", nullValue());

        owner.post(path(id) + "/resume", "").statusCode(200).body("state", equalTo("valid"));
        assertThat(isSet(credential, "/suspension")).isFalse();
    }

    @Test
    void anotherTenantsOwnerReachesNoCredential() {
        var id = issue(client.did()).<String>path("id");
        var other = operator.newTenant();
        var stranger = TestClient.random();
        operator.register(other, stranger.did(), "provider", "owner").statusCode(201);
        var there = "/v1/tenants/" + other + "/credentials/" + id;

        ask(stranger, tenant, client.did(), "TallystickClientCredential").statusCode(403);
        // Nor what is another tenant's identity through its own.
        ask(stranger, other, client.did(), "TallystickClientCredential").statusCode(404);
        for (var path : List.of(path(id), path(id) + "?format=jwt_vc_json", "/v1/tenants/" + tenant + "/credentials")) {
            stranger.get(path).statusCode(403);
        }
        stranger.get(there).statusCode(404);
        stranger.delete(there).statusCode(404);
        stranger.post(there + "/suspend", "").statusCode(404);
        stranger.get("/v1/tenants/" + other + "/credentials").body("credentials", hasSize(0));
        owner.get(path(id)).statusCode(200).body("state", equalTo("valid"));
        // A client of the tenant asks for none, not even its own.
        ask(client, tenant, client.did(), "TallystickClientCredential").statusCode(403);
    }

    @Test
    void manyAtOnceGetPlacesOfTheirOwnInNoOrderAndOverSeveralLists() throws Exception {
        var token = owner.token("identity-service");
        var wishes = new ArrayList<Callable<ValidatableResponse>>();
        for (int i = 0; i < 4; i++) {
            var holder = TestClient.random();
            owner.register(tenant, holder.did(), "client", "client").statusCode(201);
            for (int k = 0; k < IdentityStack.CREDENTIALS_PER_IDENTITY; k++) {
                wishes.add(() -> ask(token, holder.did()));
            }
        }
        var places = new HashSet<List<Integer>>();
        var lists = new HashSet<Integer>();
        var indexes = new ArrayList<Integer>();
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var answer : threads.invokeAll(wishes)) {
                var body = answer.get().statusCode(201).extract();
                places.add(List.of(body.path("statusList"), body.path("statusListIndex")));
                lists.add(body.path("statusList"));
                indexes.add(body.path("statusListIndex"));
            }
        }

        assertThat(places).hasSize(wishes.size());
        assertThat(lists.size()).isBetween(2, 4);
        assertThat(indexes).isNotEqualTo(indexes.stream().sorted().toList());
        assertThat(indexes.stream().mapToInt(Integer::intValue).max().orElseThrow())
                .isGreaterThan(1_000);
    }

    @Test
    void anIdentityHasSoManyCredentialsAndNoMoreEvenAtOnce() throws Exception {
        var token = owner.token("identity-service");
        var wishes = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < 3 * IdentityStack.CREDENTIALS_PER_IDENTITY; i++) {
            wishes.add(() -> ask(token, client.did()).extract().statusCode());
        }
        var statuses = new ArrayList<Integer>();
        try (var threads = Executors.newFixedThreadPool(6)) {
            for (var answer : threads.invokeAll(wishes)) {
                statuses.add(answer.get());
            }
        }

        assertThat(statuses).containsOnly(201, 409);
        assertThat(statuses.stream().filter(status -> status == 201)).hasSize(IdentityStack.CREDENTIALS_PER_IDENTITY);
        // One that is revoked makes room.
        String id = owner.get("/v1/tenants/" + tenant + "/credentials?limit=1")
                .extract()
                .path("credentials[0].id");
        owner.delete(path(id)).statusCode(200);
        issue(client.did());
    }

    @Test
    void aListIsPagedInTheOrderOfIds() {
        var ids = new ArrayList<String>();
        for (int i = 0; i < 3; i++) {
            ids.add(issue(client.did()).path("id"));
        }
        var all = "/v1/tenants/" + tenant + "/credentials";
        List<String> first = owner.get(all + "?limit=2").extract().path("credentials.id");
        List<String> rest =
                owner.get(all + "?limit=2&after=" + first.get(1)).extract().path("credentials.id");

        var seen = new ArrayList<>(first);
        seen.addAll(rest);
        assertThat(seen).isEqualTo(ids.stream().sorted().toList());
        owner.get(all + "?limit=101").statusCode(400);
        owner.get(all + "?after=1' or '1'='1").statusCode(400);
    }

    @Test
    void aNameOfAnIdentityBecomesNoOtherClaim() {
        var name = "\\\",\\\"issuer\\\":\\\"did:web:evil.example\\\",\\\"aud\\\":\\\"" + IdentityStack.ISSUER;
        var holder = TestClient.random();
        owner.post(
                        "/v1/tenants/" + tenant + "/identities",
                        "{\"did\":\"%s\",\"kind\":\"client\",\"roles\":[\"client\"],\"name\":\"%s\"}"
                                .formatted(holder.did(), name))
                .statusCode(201);

        var says = CompactJws.parse(issue(holder.did()).path("credential"), 16_384, HEADER)
                .claims();

        assertThat(says.get("issuer").asText()).isEqualTo(ISSUER);
        assertThat(says.has("aud")).isFalse();
        assertThat(says.at("/credentialSubject/registeredName").asText()).startsWith("\",\"issuer\"");
    }

    @Test
    void whoAsksHasNoWordInWhatIsSigned() {
        String text = owner.post(
                        "/v1/tenants/" + tenant + "/credentials",
                        ("{\"subject\":\"%s\",\"type\":\"TallystickClientCredential\",\"aud\":\"x\",\"id\":\"urn:x\","
                                        + "\"issuer\":\"did:web:evil.example\",\"claims\":{\"roles\":[\"owner\"]}}")
                                .formatted(client.did()))
                .statusCode(201)
                .extract()
                .path("credential");

        var says = CompactJws.parse(text, 16_384, HEADER).claims();
        assertThat(says.has("aud")).isFalse();
        assertThat(says.get("id").asText()).startsWith("urn:uuid:");
        assertThat(says.get("issuer").asText()).isEqualTo(ISSUER);
        assertThat(says.get("credentialSubject").toString())
                .contains("\"roles\":[\"client\"]")
                .doesNotContain("claims");
    }

    @Test
    void whatCannotBeAskedForIsRefused() {
        var subject = "{\"subject\":\"" + client.did() + "\",\"type\":\"TallystickClientCredential\",";
        for (var wrong :
                List.of("\"validForSeconds\":10}", "\"validForSeconds\":99999999}", "\"format\":\"ldp_vc\"}")) {
            owner.post("/v1/tenants/" + tenant + "/credentials", subject + wrong)
                    .statusCode(400);
        }
    }

    @Test
    void anInstallationWithoutADomainIsToldWhichSetting() {
        var problem = CredentialProblems.noInstallationDid();

        assertThat(problem.status()).isEqualTo(409);
        assertThat(problem.detail()).contains("tallystick.identity.did-domain");
    }

    private ValidatableResponse ask(String token, String did) {
        return given().auth()
                .oauth2(token)
                .contentType("application/json")
                .body("{\"subject\":\"%s\",\"type\":\"TallystickClientCredential\"}".formatted(did))
                .post("/v1/tenants/" + tenant + "/credentials")
                .then();
    }

    private ValidatableResponse ask(TestClient who, String in, String did, String type) {
        return who.post(
                "/v1/tenants/" + in + "/credentials",
                "{\"subject\":\"%s\",\"type\":\"%s\",\"validForSeconds\":7200}".formatted(did, type));
    }

    private ExtractableResponse<Response> issue(String did) {
        return issue(did, "TallystickClientCredential");
    }

    private ExtractableResponse<Response> issue(String did, String type) {
        return ask(owner, tenant, did, type).statusCode(201).extract();
    }

    private void revokeIdentity(String did) {
        owner.delete("/v1/tenants/" + tenant + "/identities/" + did).statusCode(200);
    }

    private String path(String id) {
        return "/v1/tenants/" + tenant + "/credentials/" + id;
    }

    private static boolean isSet(ExtractableResponse<Response> credential, String purpose) {
        int list = credential.path("statusList");
        var text = given().accept("application/json")
                .get("/status-lists/" + list + purpose)
                .then()
                .statusCode(200)
                .contentType("application/vc+jwt")
                .extract()
                .asString();
        var says = CompactJws.parse(text, 262_144, Set.of("alg", "typ", "cty", "kid"))
                .verifiedBy(installationKey())
                .claims();
        assertThat(says.get("id").asText()).isEqualTo("https://identity.test/status-lists/" + list + purpose);
        return StatusList.decode(says.at("/credentialSubject/encodedList").asText())
                .isSet(credential.path("statusListIndex"));
    }

    private static Ed25519Key installationKey() {
        try {
            JsonNode document = new ObjectMapper()
                    .readTree(given().get("/.well-known/did.json").asString());
            var method = document.at("/assertionMethod/0").asText();
            for (var one : document.get("verificationMethod")) {
                if (one.get("id").asText().equals(method)) {
                    return Ed25519Key.of(Base64.getUrlDecoder()
                            .decode(one.at("/publicKeyJwk/x").asText()));
                }
            }
            throw new AssertionError("no key in " + document);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
