package io.tallystick.identity;

import static io.restassured.RestAssured.given;

import io.restassured.response.ValidatableResponse;
import io.tallystick.kit.access.Ed25519Signer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/** What a caller of identity-service does: signs assertions, gets access tokens, calls with them. */
public final class TestClient {
    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private final Ed25519Signer key;
    private final String did;

    public TestClient(Ed25519Signer key) {
        this(key, key.publicKey().didKey());
    }

    /** @param did that has this key, or is said to have it */
    public TestClient(Ed25519Signer key, String did) {
        this.key = key;
        this.did = did;
    }

    public static TestClient operator() {
        return new TestClient(IdentityStack.operator());
    }

    public static TestClient random() {
        return new TestClient(IdentityStack.newKey());
    }

    public String did() {
        return did;
    }

    /** The key as documents have it. */
    public String multibase() {
        return key.publicKey().didKey().substring("did:key:".length());
    }

    /** The one who signs with the same key for another DID. */
    public TestClient as(String otherDid) {
        return new TestClient(key, otherDid);
    }

    public Ed25519Signer key() {
        return key;
    }

    /** A right assertion. */
    public String assertion() {
        return assertion(claims(UUID.randomUUID().toString()));
    }

    public String assertion(String claims) {
        return key.compactJws("{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}", claims.getBytes(StandardCharsets.UTF_8));
    }

    public String claims(String jti) {
        return claims(did(), jti, Instant.now().plusSeconds(30));
    }

    public static String claims(String did, String jti, Instant expires) {
        return "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"%s\",\"jti\":\"%s\",\"exp\":%d}"
                .formatted(did, did, IdentityStack.ISSUER, jti, expires.getEpochSecond());
    }

    /** Asks for an access token with this assertion. */
    public static ValidatableResponse ask(String assertion, String audience, String scope) {
        return given().contentType("application/x-www-form-urlencoded")
                .formParam("grant_type", "client_credentials")
                .formParam("client_assertion_type", ASSERTION_TYPE)
                .formParam("client_assertion", assertion)
                .formParam("resource", audience)
                .formParam("scope", scope)
                .post("/token")
                .then();
    }

    public String token(String audience) {
        return ask(assertion(), audience, "").statusCode(200).extract().path("access_token");
    }

    public ValidatableResponse post(String path, String body) {
        return given().auth()
                .oauth2(token("identity-service"))
                .contentType("application/json")
                .body(body)
                .post(path)
                .then();
    }

    public ValidatableResponse get(String path) {
        return given().auth().oauth2(token("identity-service")).get(path).then();
    }

    public ValidatableResponse delete(String path) {
        return given().auth().oauth2(token("identity-service")).delete(path).then();
    }

    /** Creates a tenant with a random id. @return the id */
    public String newTenant() {
        var id = "t" + UUID.randomUUID().toString().substring(0, 8);
        post("/v1/tenants", "{\"id\":\"%s\",\"name\":\"Tenant %s\"}".formatted(id, id))
                .statusCode(201);
        return id;
    }

    public ValidatableResponse register(String tenant, String did, String kind, String role) {
        return post(
                "/v1/tenants/" + tenant + "/identities",
                "{\"did\":\"%s\",\"kind\":\"%s\",\"roles\":[\"%s\"],\"name\":\"one\"}".formatted(did, kind, role));
    }
}
