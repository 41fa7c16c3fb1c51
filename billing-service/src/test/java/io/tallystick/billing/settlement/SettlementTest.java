package io.tallystick.billing.settlement;

import static io.restassured.RestAssured.given;
import static io.tallystick.billing.settlement.Payer.PATIENCE;
import static io.tallystick.billing.settlement.Payer.TOKEN;
import static io.tallystick.billing.settlement.Payer.somebody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tallystick.billing.BillingStack;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.ChainStack;
import io.tallystick.billing.chain.engine.Faults.Point;
import io.tallystick.billing.chain.engine.SwitchedFaults;
import io.tallystick.billing.chain.rpc.JsonRpc;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.ChannelConfig;
import io.vertx.core.json.JsonArray;
import jakarta.inject.Inject;
import java.math.BigInteger;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From a charge to the provider's tokens, with a real database, a real broker and a real chain. */
@QuarkusTest
@WithTestResource(ChainStack.class)
class SettlementTest {
    private final String tenant = "t" + UUID.randomUUID().toString().substring(0, 8);
    private final Address receiver = somebody();

    @Inject
    Payer payer;

    @Inject
    ChainReads reads;

    @Inject
    JsonRpc rpc;

    @ParameterizedTest
    @EnumSource(Point.class)
    void paysOnceWhereverTheProcessDies(Point point) {
        var channel = payer.open(tenant, receiver, 50_000);
        SwitchedFaults.dieAt(point);

        payer.pay(channel, 12_345);
        untilMining(() -> isFinal(channel, 12_345));

        assertThat(SwitchedFaults.armed()).as("died at " + point).isFalse();
        assertThat(received()).isEqualTo(12_345);
        get("/v1/settlements").body("settlements", hasSize(1)).body("settlements[0].transactions", hasSize(1));
    }

    @Test
    void claimsTheDifferenceEachTime() {
        var channel = payer.open(tenant, receiver, 50_000);

        payer.pay(channel, 2_000);
        untilMining(() -> isFinal(channel, 2_000));
        payer.pay(channel, 3_000);
        untilMining(() -> isFinal(channel, 5_000));

        assertThat(received()).isEqualTo(5_000);
        get("/v1/settlements")
                .body("settlements.amount", equalTo(List.of("3000", "2000")))
                .body("settlements[0].claims[0].total", equalTo("5000"))
                .body("settlements[0].claims[0].added", equalTo("3000"));
    }

    @Test
    void claimsSmallAmountsWhenAsked() {
        var channels = List.of(payer.open(tenant, receiver, 1_000), payer.open(tenant, receiver, 1_000));
        channels.forEach(channel -> payer.pay(channel, 7));

        var id = post().statusCode(200)
                .body("settlements", hasSize(1))
                .body("refused", empty())
                .extract()
                .<String>path("settlements[0]");
        post().statusCode(200).body("settlements", empty());
        untilMining(() -> channels.stream().allMatch(channel -> isFinal(channel, 7)));

        assertThat(received()).isEqualTo(14);
        get("/v1/settlements/" + id)
                .body("state", equalTo("final"))
                .body("amount", equalTo("14"))
                .body("claims", hasSize(2))
                .body("transactions[0].hash", matchesPattern("0x[0-9a-f]{64}"))
                .body("transactions[0].mined", equalTo(true))
                .body("transaction", matchesPattern("0x[0-9a-f]{64}"))
                .body("gasUsed.toInteger()", greaterThan(60_000))
                .body("feeWei", matchesPattern("[1-9][0-9]*"));
    }

    @Test
    void claimsAtOnceFromAPayerThatAskedToLeave() {
        var channel = payer.open(tenant, receiver, 1_000);
        payer.pay(channel, 7);

        rpc.ask(List.of(JsonRpc.Request.of("eth_sendTransaction", payer.asksToLeave(channel, 900))))
                .await()
                .atMost(PATIENCE);
        untilMining(() -> isFinal(channel, 7));

        assertThat(payer.channel(channel).closing()).isTrue();
        assertThat(received()).isEqualTo(7);
    }

    @Test
    void oneBadChannelDoesNotHoldUpTheOthers() {
        var good = List.of(
                payer.open(tenant, receiver, 5_000),
                payer.open(tenant, receiver, 5_000),
                payer.open(tenant, receiver, 5_000));
        var bad = payer.open(tenant, receiver, 5_000);
        payer.payFalsely(bad, 500);
        good.forEach(channel -> payer.pay(channel, 400));

        post().statusCode(200)
                .body("settlements", hasSize(1))
                .body("refused", hasSize(1))
                .body("refused[0].channelId", equalTo(payer.id(bad).hex()));
        untilMining(() -> good.stream().allMatch(channel -> isFinal(channel, 400)));

        assertThat(received()).isEqualTo(1_200);
        assertThat(payer.channel(bad).claimed().isZero()).isTrue();
    }

    @Test
    void takesBackWhatAReorganisationUndid() {
        var channel = payer.open(tenant, receiver, 5_000);
        payer.pay(channel, 2_000);
        await().atMost(PATIENCE.toSeconds(), TimeUnit.SECONDS).until(() -> claimed(channel) == 2_000);
        assertThat(isFinal(channel, 2_000)).isFalse();

        ask("evm_setAutomine", false);
        ask("anvil_reorg", 1, new JsonArray());
        await().atMost(PATIENCE.toSeconds(), TimeUnit.SECONDS).until(() -> claimed(channel) == 0);
        ask("evm_setAutomine", true);
        untilMining(() -> isFinal(channel, 2_000));

        assertThat(received()).isEqualTo(2_000);
        get("/v1/settlements").body("settlements", hasSize(1));
    }

    @Test
    void aDepositGrowsFinalWithoutOurDoing() {
        var channel = payer.open(tenant, receiver, 777);

        untilMining(() -> payer.channel(channel).chain().finalBalance().units().equals(BigInteger.valueOf(777)));

        get("/v1/settlements").body("settlements", empty());
    }

    @Test
    void showsAProviderItsOwnSettlementsOnly() {
        get("/v1/settlements").body("settlements", empty());
        given().auth()
                .oauth2(token("billing:read"))
                .get("/v1/settlements/" + UUID.randomUUID())
                .then()
                .statusCode(404)
                .body("type", endsWith("/problems/unknown-settlement"));
        given().auth()
                .oauth2(token("billing:read"))
                .post("/v1/settlements")
                .then()
                .statusCode(403);
        given().get("/v1/settlements").then().statusCode(401);
    }

    private boolean isFinal(ChannelConfig channel, long units) {
        return payer.channel(channel).chain().claimed().finalized().units().equals(BigInteger.valueOf(units))
                && get("/v1/settlements").extract().<List<String>>path("settlements.state").stream()
                        .allMatch("final"::equals);
    }

    private long claimed(ChannelConfig channel) {
        return payer.channel(channel).claimed().units().longValueExact();
    }

    private BigInteger received() {
        return reads.balance(TOKEN, receiver).await().atMost(PATIENCE);
    }

    private void untilMining(BooleanSupplier done) {
        await().atMost(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .pollInterval(150, TimeUnit.MILLISECONDS)
                .until(() -> {
                    ask("anvil_mine", "0x1");
                    return done.getAsBoolean();
                });
    }

    private void ask(String method, Object... params) {
        assertThat(rpc.ask(List.of(JsonRpc.Request.of(method, params)))
                        .await()
                        .atMost(PATIENCE)
                        .getFirst())
                .isInstanceOf(JsonRpc.Answer.Result.class);
    }

    private ValidatableResponse get(String path) {
        return given().auth().oauth2(token("billing:read")).get(path).then().statusCode(200);
    }

    private ValidatableResponse post() {
        return given().auth()
                .oauth2(token("settlement:run"))
                .post("/v1/settlements")
                .then();
    }

    private String token(String scope) {
        return BillingStack.token(tenant, "did:key:z6MkProvider", scope);
    }
}
