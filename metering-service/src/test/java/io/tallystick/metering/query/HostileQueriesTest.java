package io.tallystick.metering.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.hasItem;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ./tallystick prove fuzz} once had answered as our fault. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class HostileQueriesTest {
    private MeteringClient client;

    @BeforeEach
    void newTenant() {
        client = MeteringClient.ofNewTenant().withTokensMeter();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/meters/%00",
                "/api/v1/meters/%00/query",
                "/api/v1/meters/%00/subjects",
                "/api/v1/meters/tokens/query?subject=%00",
                "/v1/readings?meter=%00"
            })
    void refusesACharacterThatTheDatabaseDoesNotStore(String path) {
        client.request()
                .urlEncodingEnabled(false)
                .get(path)
                .then()
                .statusCode(400)
                .body("type", endsWith("/problems/invalid-request"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"subject", "groupBy"})
    void refusesNothingInAListOfTexts(String list) {
        client.request()
                .contentType("application/json")
                .body("{\"" + list + "\":[null]}")
                .post("/api/v1/meters/tokens/query")
                .then()
                .statusCode(400)
                .body("errors.pointer", hasItem("/" + list + "/0/<list element>"));
    }

    /** By the JDK's client: REST Assured sends none. */
    @Test
    void refusesAContentTypeThatIsNone() throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(
                        URI.create(RestAssured.baseURI + ":" + RestAssured.port + "/api/v1/meters/tokens/query"))
                .header("Authorization", "Bearer " + client.token())
                .header("Content-Type", "application/")
                .method("GET", BodyPublishers.ofString("{}"))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(request, BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(415);
            assertThat(answer.body()).contains("/problems/unsupported-media-type");
        }
    }
}
