package io.tallystick.billing.settlement;

import static io.restassured.RestAssured.given;
import static io.tallystick.billing.chain.engine.ChainLab.SIGNER;
import static io.tallystick.billing.settlement.Payer.ASSET;
import static io.tallystick.billing.settlement.Payer.PATIENCE;
import static io.tallystick.billing.settlement.Payer.TOKEN;
import static io.tallystick.billing.settlement.Payer.somebody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tallystick.billing.BillingStack;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.ChannelReading;
import io.tallystick.billing.chain.rpc.JsonRpc;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.channel.Voucher;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.money.TokenAmount;
import io.tallystick.billing.signature.ChannelConfig;
import io.tallystick.billing.signature.ChannelId;
import jakarta.inject.Inject;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Which channels are claimed when there are more than fit into one look, and what becomes of those that cannot be. */
@QuarkusTest
@WithTestResource(FewAtOnceStack.class)
class ExposuresTest {
    /** Above every block of the test's chain, so that no later look changes a channel that is not on it. */
    private static final long BLOCK = 1_000_000_000L;

    private final String tenant = "t" + UUID.randomUUID().toString().substring(0, 8);
    private final Address receiver = somebody();

    @Inject
    Payer payer;

    @Inject
    Exposures exposures;

    @Inject
    Channels channels;

    @Inject
    ChainReads reads;

    @Inject
    JsonRpc rpc;

    @Test
    void channelsThatHaveNothingLeftKeepNoPlaces() {
        for (int left = 0; left < 4; left++) {
            leftWithCharges();
        }
        var channel = payer.open(tenant, receiver, 50_000);

        payer.pay(channel, 12_345);

        untilMining(() -> received() == 12_345);
    }

    @Test
    void aLeavingPayerComesFirstThoughItsChargesAreTheYoungest() {
        // Nothing of these channels is the service's to claim, so it leaves them to the test.
        var signer = somebody();
        var others = List.of(charged(signer), charged(signer));
        var leaving = charged(signer);
        channels.seen(leaving, reading(BLOCK + 1, 100, 17), Instant.now())
                .await()
                .atMost(PATIENCE);

        var first = exposures.of(tenant, signer).await().atMost(PATIENCE);

        assertThat(first).containsExactly(leaving, others.getFirst());
    }

    @Test
    void aChannelThatTheContractRefusesIsReadAgainAndServesNoMore() {
        var channel = payer.open(tenant, receiver, 50_000);
        payer.pay(channel, 9_000);
        payer.refundBehindOurBack(channel, 45_000);

        post().body("settlements", empty()).body("refused", hasSize(1));

        assertThat(payer.channel(channel).closing()).isTrue();
        assertThat(payer.channel(channel).shortfall().units()).isEqualTo(4_000);
        // Not left alone either: what is still there is claimed at once.
        untilMining(() -> received() == 5_000);
    }

    @Test
    void paysOutWhatSomebodyElseClaimed() {
        var channel = payer.open(tenant, receiver, 5_000);
        payer.pay(channel, 700);
        payer.claimBehindOurBack(channel);
        payer.see(channel);
        assertThat(received()).isZero();

        post().body("settlements", hasSize(1));

        untilMining(() -> received() == 700);
        get().body("settlements[0].amount", equalTo("700")).body("settlements[0].claims", empty());
        post().body("settlements", empty());
    }

    @Test
    void tellsOfWhatThisSignerCannotClaim() {
        var before = unclaimable(SIGNER);
        leftWithCharges();

        assertThat(unclaimable(SIGNER)).isEqualTo(before);
        assertThat(unclaimable(somebody())).isGreaterThanOrEqualTo(100);
    }

    private long unclaimable(Address signer) {
        return exposures.sums(signer).await().atMost(PATIENCE).unclaimable().longValueExact();
    }

    @Test
    void aClaimInABlockKeepsNoLaterOneWaiting() {
        var channel = payer.open(tenant, receiver, 50_000);

        payer.pay(channel, 12_000);
        until(() -> received() == 12_000);
        payer.pay(channel, 13_000);
        until(() -> received() == 25_000);

        until(() -> get().extract().path("settlements.state").equals(List.of("mined", "mined")));
    }

    @Test
    void aLargeDepositCountsWhenItIsDeepWhoeverAsks() {
        var channel = payer.open(tenant, receiver, 10_000);

        payer.deposit(channel, 1_000_001);
        payer.see(channel);
        assertThat(payer.channel(channel).drawable().units()).isEqualTo(10_000);

        ask("anvil_mine", "0x2");
        payer.see(channel);
        assertThat(payer.channel(channel).drawable().units()).isEqualTo(1_010_001);
    }

    /** A channel whose payer left: charged, and nothing of it is in the contract. */
    private void leftWithCharges() {
        channels.seen(charged(SIGNER), reading(BLOCK + 1, 0, 0), Instant.now())
                .await()
                .atMost(PATIENCE);
    }

    /** A channel that is on no chain, charged 100 of 100. */
    private ChannelId charged(Address authorizer) {
        var unique = UUID.randomUUID().toString().replace("-", "");
        var id = new ChannelId("0x" + unique + unique);
        var config = new ChannelConfig(receiver, receiver, receiver, authorizer, TOKEN, 900, id.hex());
        var all = TokenAmount.of(ASSET, 100);
        channels.open(Channel.opened(id, tenant, config, ASSET, reading(BLOCK, 100, 0)), Instant.now())
                .chain(() -> channels.change(
                        id,
                        Instant.now(),
                        channel -> Payer.charged(channel, new Voucher(all, "0x" + "11".repeat(65)), all)))
                .await()
                .atMost(PATIENCE);
        return id;
    }

    private static ChannelReading reading(long block, long balance, long leavingSince) {
        return new ChannelReading(block, BigInteger.valueOf(balance), BigInteger.ZERO, leavingSince, BigInteger.ONE);
    }

    private long received() {
        return reads.balance(TOKEN, receiver).await().atMost(PATIENCE).longValueExact();
    }

    private static void until(BooleanSupplier done) {
        await().atMost(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .pollInterval(150, TimeUnit.MILLISECONDS)
                .until(done::getAsBoolean);
    }

    private void untilMining(BooleanSupplier done) {
        until(() -> {
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

    private ValidatableResponse get() {
        return given().auth()
                .oauth2(token("billing:read"))
                .get("/v1/settlements")
                .then()
                .statusCode(200);
    }

    private ValidatableResponse post() {
        return given().auth()
                .oauth2(token("settlement:run"))
                .post("/v1/settlements")
                .then()
                .statusCode(200);
    }

    private String token(String scope) {
        return BillingStack.token(tenant, "did:key:z6MkProvider", scope);
    }
}
