package io.tallystick.identity.did.foreign;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.parsing.Parser;
import io.restassured.response.ValidatableResponse;
import io.tallystick.identity.IdentityStack;
import io.tallystick.identity.TestClient;
import io.tallystick.identity.did.foreign.ForeignResolutionTest.Foreign;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Foreign DIDs as a resolver's user sees them. What is refused is the other classes' in this package. */
@QuarkusTest
@WithTestResource(IdentityStack.class)
@TestProfile(Foreign.class)
class ForeignResolutionTest {

    public static class Foreign implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try (var free = new ServerSocket(0)) {
                return Map.of(
                        // did:ethr is asked of a node on the same port, of which nothing is known but that it may be
                        // away.
                        "tallystick.identity.ethr.networks.sepolia.rpc", "http://127.0.0.1:" + free.getLocalPort(),
                        "tallystick.identity.ethr.negative-max-age", "0s",
                        "tallystick.identity.foreign.enabled", "true",
                        "tallystick.identity.foreign.allow-loopback", "true",
                        "tallystick.identity.foreign.ports", "443," + free.getLocalPort(),
                        "test.foreign-port", "" + free.getLocalPort(),
                        "tallystick.identity.foreign.max-age", "0s",
                        "tallystick.identity.foreign.negative-max-age", "0s");
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @ConfigProperty(name = "test.foreign-port")
    int port;

    @Inject
    MeterRegistry metrics;

    private StrangersServer server;
    private String host;
    private volatile String answer = "";

    @BeforeEach
    void start() {
        host = "did.localhost%3A" + port;
        server = new StrangersServer(StrangersServer.open("127.0.0.1", port), this::answer);
    }

    private void answer(String path, OutputStream out) throws IOException {
        StrangersServer.write(
                out,
                answer.isEmpty()
                        ? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
                        : StrangersServer.ok("application/json") + "\r\n" + answer);
    }

    @AfterEach
    void stop() {
        server.close();
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

    @Test
    void resolvesADidWeb() {
        answer = "{\"id\":\"did:web:%s:one\"}".formatted(host);

        double before = lookups();
        resolve("did:web:" + host + ":one").statusCode(200).body("didDocument.id", equalTo("did:web:" + host + ":one"));
        assertThat(server.heads()).singleElement().asString().startsWith("GET /one/did.json ");
        assertThat(lookups()).isEqualTo(before + 1);
        resolve("did:web:" + host + ":two")
                .statusCode(400)
                .body("didResolutionMetadata.error.type", endsWith("#INVALID_DID"));
        resolve("did:web:" + host + ":one", Map.of("versionNumber", "1"))
                .statusCode(400)
                .body("didResolutionMetadata.error.type", endsWith("#INVALID_OPTIONS"));
    }

    @Test
    void resolvesADidWebvhInEveryVersionAndNoRollback() {
        var branches = new TestBranches(host);
        var did = branches.did().toString();
        answer = branches.log(1);

        resolve(did).statusCode(200).body("didDocumentMetadata.versionId", startsWith("2-"));
        resolve(did, Map.of("versionNumber", "1"))
                .statusCode(200)
                .body("didDocumentMetadata.versionId", startsWith("1-"));
        answer = answer.lines().findFirst().orElseThrow();
        resolve(did).statusCode(400).body("didResolutionMetadata.error.type", endsWith("#INVALID_DID"));
    }

    @Test
    void saysWhatWentWrong() {
        resolve("did:web:" + host).statusCode(404).body("didResolutionMetadata.error.type", endsWith("#NOT_FOUND"));
        server.close();
        resolve("did:web:" + host)
                .statusCode(500)
                .body("didResolutionMetadata.error.type", endsWith("#INTERNAL_ERROR"));
        resolve("did:web:did.localhost%3A444").statusCode(400);
        resolve("did:web:127.0.0.1%3A" + port).statusCode(400);
    }

    /** Asked first are those who know: our own DIDs, and that under our name there are no others. */
    @Test
    void asksNobodyAboutOurOwn() {
        double before = lookups();
        var operator = TestClient.operator();
        var tenant = operator.newTenant();
        String did = operator.post(
                        "/v1/tenants/" + tenant + "/dids",
                        "{\"name\":\"one\",\"keys\":[\"%s\"]}"
                                .formatted(TestClient.random().did().substring("did:key:".length())))
                .statusCode(201)
                .extract()
                .path("did");

        resolve(did).statusCode(200);
        resolve("did:web:identity.test:dids:" + tenant + ":one").statusCode(200);
        resolve("did:web:identity.test:dids:" + tenant + ":two").statusCode(404);
        resolve("did:web:identity.test").statusCode(200);
        assertThat(lookups()).isEqualTo(before);
    }

    @Test
    void aNodeThatIsAwayIsSaidToBe() {
        var did = "did:ethr:sepolia:0xf3beac30c498d9e26865f34fcaa57dbb935b0d74";
        server.close();
        resolve(did)
                .statusCode(500)
                .header("Retry-After", "5")
                .body("didResolutionMetadata.error.type", endsWith("#INTERNAL_ERROR"));
        resolve("did:ethr:0xaa36a7:0xf3beac30c498d9e26865f34fcaa57dbb935b0d74", Map.of("versionTime", "1700000000"))
                .statusCode(500);
        resolve(did, Map.of("versionId", "latest"))
                .statusCode(400)
                .body("didResolutionMetadata.error.type", endsWith("#INVALID_OPTIONS"));
        resolve("did:ethr:sepolia:0x12").statusCode(400);
        resolve(did.replace("sepolia:", "")).statusCode(404);
        assertThat(metrics.find("tallystick.identity.ethr.requests")
                        .tag("outcome", "silent")
                        .counter()
                        .count())
                .isPositive();
    }

    @Test
    void aDidOfAnAccountIsNoIdentity() {
        var operator = TestClient.operator();
        var tenant = operator.newTenant();
        operator.post("/v1/tenants/" + tenant + "/identities", """
                        {"did":"did:ethr:sepolia:0xf3beac30c498d9e26865f34fcaa57dbb935b0d74","kind":"service",\
                        "roles":["ingest"],"name":"an account"}""")
                .statusCode(422)
                .body("type", endsWith("/did-cannot-sign"));
    }

    private double lookups() {
        return metrics.find("tallystick.identity.foreign.lookups").counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }
}
