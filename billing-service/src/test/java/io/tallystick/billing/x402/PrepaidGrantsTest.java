package io.tallystick.billing.x402;

import static io.restassured.RestAssured.given;
import static io.tallystick.billing.x402.PrepaidTill.atOnce;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.grant.ExampleGrants;
import io.tallystick.billing.payment.PaymentStack;
import io.tallystick.billing.payment.hold.SweepNow;
import io.tallystick.kit.access.TestIdentity;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls of agents under a client's grants, whose channel has room for all of them. Each may cost 1,000. */
@QuarkusTest
@WithTestResource(PaymentStack.class)
class PrepaidGrantsTest {
    @Inject
    Channels channels;

    @Inject
    Database database;

    @Inject
    SweepNow sweep;

    PrepaidTill shop;
    Wallet wallet;

    @BeforeEach
    void open() {
        shop = new PrepaidTill(channels);
        wallet = shop.prepay(50_000);
    }

    @Test
    void countsWhatAnAgentSpendsOnItsGrantAndOnEachAboveIt() {
        var root = told(root(5000, 1000));
        var child = told(root.child(3000));
        var held = shop.held(shop.by(child));
        assertThat(spending(child)).isEqualTo("0 spent, 1000 held, 2000 left of 3000");
        assertThat(spending(root)).isEqualTo("0 spent, 1000 held, 4000 left of 5000");

        var ended = shop.till.capture(held, 300);

        assertThat(ended.getJsonObject("headers").getString("Tallystick-Remaining"))
                .as("of its own, and nothing about its client's channels")
                .isEqualTo("2890");
        assertThat(spending(child)).isEqualTo("110 spent, 0 held, 2890 left of 3000");
        assertThat(spending(root)).isEqualTo("110 spent, 0 held, 4890 left of 5000");
        shop.till.release(shop.held(shop.by(child)));
        assertThat(spending(root)).isEqualTo("110 spent, 0 held, 4890 left of 5000");
    }

    @Test
    void budgetRaceOfTwoAgentsThatMayEachSpendAllOfTheirParents() {
        var root = told(root(10 * 110 + 890, 1000));
        var agents = new ExampleGrants[] {told(root.child(1990)), told(root.child(1990))};
        var turn = new AtomicInteger();

        var answers = atOnce(30, () -> {
            var answer = shop.call(shop.by(agents[turn.getAndIncrement() % 2]));
            return PrepaidTill.isHeld(answer) ? shop.till.capture(answer, 300) : answer;
        });

        assertThat(answers)
                .filteredOn(answer -> "110".equals(answer.getString("chargedUnits")))
                .hasSize(10);
        assertThat(answers)
                .filteredOn(answer -> Objects.equals(answer.getInteger("status"), 402))
                .hasSize(20)
                .allMatch(answer -> answer.getString("reason").contains("has 890 left"));
        assertThat(spending(root)).isEqualTo("1100 spent, 0 held, 890 left of 1990");
        assertThat(shop.channel(wallet).getString("charged")).isEqualTo("1100");
    }

    @Test
    void grantWidenedByTheAgent() {
        var root = told(root(1500, 1000));
        var wider = new ExampleGrants(
                root.tenant(), root.client(), root.child(1).jti(), root.jti(), 9000, 9000, root.payee(), "*");
        told(wider);
        shop.till.capture(shop.held(shop.by(wider)), PrepaidTill.MOST);

        assertThat(shop.call(shop.by(wider)).getInteger("status")).isEqualTo(402);
        assertThat(spending(root)).isEqualTo("1000 spent, 0 held, 500 left of 1500");
    }

    @Test
    void whatAGrantDoesNotAllow() {
        assertThat(refusal(root(5000, 999))).contains("for one");
        assertThat(refusal(root(5000, 1000).withModel("m2"))).contains("this model");
        assertThat(refusal(root(5000, 1000).withPayee("other"))).contains("this provider");
        var ofAnother = told(ExampleGrants.of(shop.till.tenant, TestIdentity.randomDid(), 5000, 1000));
        assertThat(shop.call(shop.by(ofAnother)).getString("reason")).contains("not of this client");
        var revoked = told(root(5000, 1000));
        PaymentStack.identity().grant(revoked::revoked);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> Objects.equals(shop.call(shop.by(revoked)).getInteger("status"), 403));
    }

    @Test
    void aLateCaptureDoesNotExceedABudgetThatWasSpentMeanwhile() {
        var root = told(root(1200, 1000));
        var late = shop.held(shop.by(root));
        lapseAll();
        assertThat(spending(root)).isEqualTo("0 spent, 0 held, 1200 left of 1200");
        shop.till.capture(shop.held(shop.by(root)), PrepaidTill.MOST);

        assertThat(shop.till.capture(late, PrepaidTill.MOST).getString("chargedUnits"))
                .isEqualTo("200");
        assertThat(spending(root)).isEqualTo("1200 spent, 0 held, 0 left of 1200");
    }

    @Test
    void aHoldThatAnOlderVersionEndedIsCountedBySweeping() {
        var root = told(root(5000, 1000));
        var held = shop.held(shop.by(root));
        sql("update hold set state = 'captured', charge = 110, expires_at = null where id = '"
                + held.getString("holdId") + "'");
        sweep.run();

        assertThat(spending(root)).isEqualTo("110 spent, 0 held, 4890 left of 5000");
    }

    @Test
    void anotherClientSeesNothingOfIt() {
        var root = told(root(5000, 1000));
        shop.held(shop.by(root));
        var other = PaymentStack.ownToken(shop.till.tenant, TestIdentity.randomDid(), "billing:read");
        var elsewhere = PaymentStack.token("other", "billing:read");

        for (var token : new String[] {other, elsewhere}) {
            given().auth().oauth2(token).get("/v1/grants/" + root.jti()).then().statusCode(404);
            assertThat(given().auth().oauth2(token).get("/v1/grants").jsonPath().getList("grants"))
                    .isEmpty();
        }
        shop.till.get("/v1/grants/" + root.jti());
        assertThat(shop.till.get("/v1/grants").extract().jsonPath().getList("grants.jti", String.class))
                .contains(root.jti());
    }

    private ExampleGrants root(long budget, long cap) {
        return ExampleGrants.of(shop.till.tenant, shop.client, budget, cap);
    }

    /** Waits until billing has heard of it. */
    private ExampleGrants told(ExampleGrants grant) {
        PaymentStack.identity().grant(grant::event);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> !String.valueOf(shop.call(probe(grant)).getString("reason"))
                        .contains("does not hold"));
        return grant;
    }

    /** By another key: never held. */
    private JsonObject probe(ExampleGrants grant) {
        var by = shop.by(grant);
        by.getJsonObject("agent").put("key", "x".repeat(43));
        return by;
    }

    private String refusal(ExampleGrants grant) {
        var refused = shop.call(shop.by(told(grant)));
        assertThat(refused.getInteger("status")).isEqualTo(403);
        return refused.getString("reason");
    }

    private String spending(ExampleGrants grant) {
        var client = PaymentStack.ownToken(shop.till.tenant, shop.client, "billing:read");
        var shown = given().auth()
                .oauth2(client)
                .get("/v1/grants/" + grant.jti())
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        return "%s spent, %s held, %s left of %s"
                .formatted(
                        shown.getString("spent"),
                        shown.getString("held"),
                        shown.getString("remaining"),
                        shown.getString("budget"));
    }

    private void lapseAll() {
        sql("update hold set expires_at = now() - interval '1 second' where state = 'open' and payer = '" + shop.client
                + "'");
        sweep.run();
    }

    private void sql(String statement) {
        database.inTransaction(session -> session.createNativeQuery(statement).executeUpdate())
                .await()
                .atMost(Duration.ofSeconds(10));
    }
}
