package io.tallystick.metering.usage.ingest;

import static io.tallystick.metering.MeteringClient.event;
import static io.tallystick.metering.MeteringClient.prompt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tallystick.metering.MeteringClient;
import io.tallystick.metering.MeteringStack;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a sender hears of each event when it asks for that. */
@QuarkusTest
@WithTestResource(MeteringStack.class)
class ResultsTest {
    private final Instant now = Instant.now();
    private final MeteringClient client = MeteringClient.ofNewTenant();

    @BeforeEach
    void countTokens() {
        client.withTokensMeter();
    }

    @Test
    void answersEachEventInTheOrderSent() {
        client.send(prompt("old", "c", now, 1));
        client.awaitTotal("tokens", "1/0");

        ask(
                        prompt("old", "c", now.minusSeconds(5), 1),
                        prompt("old", "c", now, 2),
                        prompt("new", "c", now, 10),
                        prompt("new", "c", now, 10),
                        prompt("new", "c", now, 11),
                        prompt("bad", "", now, 10),
                        event("prompt", "twice", "c", now, "{\"tokens\":1,\"tokens\":2}"))
                .statusCode(202)
                .header("Preference-Applied", equalTo("return=representation"))
                .body("accepted", equalTo(1))
                .body("results.index", equalTo(List.of(0, 1, 2, 3, 4, 5, 6)))
                .body("results.id", equalTo(List.of("old", "old", "new", "new", "new", "bad", "twice")))
                .body(
                        "results.result",
                        equalTo(List.of(
                                "duplicate", "conflict", "accepted", "duplicate", "conflict", "invalid", "invalid")))
                .body("results[1].errors[0].pointer", equalTo("/id"))
                .body("results[1].errors[0].detail", containsString("was counted"))
                .body("results[2].errors", nullValue())
                .body("results[4].errors[0].detail", containsString("earlier in the request"))
                .body("results[5].errors[0].pointer", equalTo("/subject"))
                .body("refused.index", equalTo(List.of(1, 4, 5, 6)));

        client.awaitTotal("tokens", "11/0");
        client.settle();
        assertThat(client.total("tokens")).isEqualTo("11/0");
        assertThat(client.deadLetters()).isEmpty();
    }

    @Test
    void answersARequestOfWhichNothingIsTakenInWithItsResults() {
        ask(prompt("bad", "", now, 10))
                .statusCode(202)
                .body("accepted", equalTo(0))
                .body("results.result", equalTo(List.of("invalid")));
    }

    @Test
    void answersAsBeforeUnlessItIsAskedFor() {
        client.request()
                .contentType("application/cloudevents-batch+json")
                .header("Prefer", "respond-async, return=minimal, return=representation")
                .body("[" + prompt("e1", "c", now, 1) + "]")
                .post("/v1/events")
                .then()
                .statusCode(202)
                .header("Preference-Applied", nullValue())
                .body("results", nullValue());
    }

    private ValidatableResponse ask(String... events) {
        return client.request()
                .contentType("application/cloudevents-batch+json")
                .header("Prefer", "respond-async, return=\"representation\"; wait=1")
                .body("[" + String.join(",", events) + "]")
                .post("/v1/events")
                .then();
    }
}
