package io.tallystick.billing.x402;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.payment.PaymentStack;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Channels of a server that is not ours, as npm's server and channel manager ask for them. */
@QuarkusTest
@WithTestResource(PaymentStack.class)
class FacilitatorTest {
    static final String TOKEN = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";

    @Inject
    Transactions transactions;

    @Inject
    ChainReads reads;

    @Inject
    Database database;

    Till shop;
    Wallet wallet;
    JsonObject requirements;

    @BeforeEach
    void openShop() {
        shop = Till.open();
        wallet = Till.wallet(transactions, 1_000_000);
        requirements = new JsonObject()
                .put("scheme", "batch-settlement")
                .put("network", "eip155:84532")
                .put("amount", "10000")
                .put("asset", TOKEN)
                .put("payTo", shop.payTo.hex())
                .put("maxTimeoutSeconds", 300)
                .put(
                        "extra",
                        new JsonObject()
                                .put("name", "USDC")
                                .put("version", "2")
                                .put("receiverAuthorizer", authorizer())
                                .put("withdrawDelay", 900));
    }

    @Test
    void namesWhatAServerNeedsToStart() {
        var supported = new JsonObject(RestAssured.get("/facilitator/supported").asString());

        assertThat(supported.getJsonArray("kinds").stream().map(kind -> ((JsonObject) kind).getString("scheme")))
                .containsExactly("exact", "batch-settlement");
        assertThat(supported.getJsonObject("signers").getJsonArray("eip155:*")).containsExactly(authorizer());
    }

    @Test
    void depositsOnceHoweverOftenItIsAsked() {
        var deposit = wallet.deposit(requirements, 10_000, 100_000);

        var verdict = shop.facilitate("verify", requirements, deposit);
        var settled = shop.facilitate("settle", requirements, deposit);

        assertThat(verdict.getBoolean("isValid")).isTrue();
        assertThat(settled.getBoolean("success")).isTrue();
        assertThat(settled.getJsonObject("extra").getJsonObject("channelState").getString("balance"))
                .isEqualTo("100000");
        assertThat(shop.facilitate("settle", requirements, deposit)).isEqualTo(settled);
        assertThat(shop.facilitate("verify", requirements, deposit).getString("invalidReason"))
                .isEqualTo("invalid_batch_settlement_evm_deposit_simulation_failed");
        assertThat(Till.balance(reads, wallet.address())).isEqualTo(900_000);
    }

    @Test
    void verifiesVouchersBetweenWhatWasClaimedAndWhatIsThere() {
        shop.facilitate("settle", requirements, wallet.deposit(requirements, 10_000, 100_000));

        assertThat(verified(wallet.voucher(requirements, 100_000))).isEqualTo("valid");
        assertThat(verified(wallet.voucher(requirements, 100_001)))
                .isEqualTo("invalid_batch_settlement_evm_cumulative_exceeds_balance");
        assertThat(verified(wallet.voucher(requirements, 0)))
                .isEqualTo("invalid_batch_settlement_evm_cumulative_below_claimed");
        assertThat(verified(new Wallet().voucher(requirements, 1)))
                .isEqualTo("invalid_batch_settlement_evm_channel_not_found");
    }

    @Test
    void claimsPaysOutAndRefundsForItsOwnReceiver() {
        shop.facilitate("settle", requirements, wallet.deposit(requirements, 10_000, 100_000));

        var claimed = settle(new JsonObject().put("type", "claim").put("claims", rows(10_000, 4000)));
        assertThat(claimed.getBoolean("success")).isTrue();
        assertThat(settle(new JsonObject().put("type", "claim").put("claims", rows(10_000, 4000))))
                .isEqualTo(claimed);

        var payOut = new JsonObject()
                .put("type", "settle")
                .put("receiver", shop.payTo.hex())
                .put("token", TOKEN);
        assertThat(settle(payOut).getString("amount")).isEqualTo("4000");
        assertThat(settle(payOut).getString("errorReason")).isEqualTo("invalid_batch_settlement_evm_nothing_to_settle");
        assertThat(Till.balance(reads, shop.payTo)).isEqualTo(4000);

        var refund = wallet.refund(requirements, 6000)
                .put("amount", "94000")
                .put("refundNonce", "0")
                .put("claims", rows(10_000, 6000));
        assertThat(settle(refund).getString("amount")).isEqualTo("94000");
        assertThat(settle(refund).getBoolean("success")).isTrue();
        assertThat(Till.balance(reads, wallet.address())).isEqualTo(994_000);
    }

    @Test
    void signsForNobodyElsesReceiver() {
        shop.facilitate("settle", requirements, wallet.deposit(requirements, 10_000, 100_000));
        var stranger = Till.open();
        var refund = wallet.refund(requirements, 0)
                .put("amount", "100000")
                .put("refundNonce", "0")
                .put("claims", new JsonArray());
        var claim = new JsonObject().put("type", "claim").put("claims", rows(10_000, 10_000));

        assertThat(stranger.facilitate("settle", requirements, refund).getString("errorReason"))
                .isEqualTo("invalid_batch_settlement_evm_receiver_mismatch");
        assertThat(stranger.facilitate("settle", requirements, claim).getString("errorReason"))
                .isEqualTo("invalid_batch_settlement_evm_receiver_mismatch");
        assertThat(stranger.facilitate("verify", requirements, wallet.voucher(requirements, 1))
                        .getString("invalidReason"))
                .isEqualTo("invalid_batch_settlement_evm_receiver_mismatch");
        assertThat(Till.balance(reads, wallet.address())).isEqualTo(900_000);
    }

    @Test
    void leavesAChannelToTheGatewayThatKeepsItsBooks() {
        var offer = shop.offer(2970);
        shop.capture(shop.pay(2970, offer, wallet.deposit(offer, 1000, 100_000)), 300);
        assertThat(wallet.channel(offer)).isEqualTo(wallet.channel(requirements));

        var refund = wallet.refund(requirements, 110)
                .put("amount", "99890")
                .put("refundNonce", "0")
                .put("claims", new JsonArray());

        assertThat(verified(wallet.voucher(requirements, 1110))).isEqualTo("channel_served_elsewhere");
        assertThat(settle(refund).getString("errorReason")).isEqualTo("channel_served_elsewhere");
        assertThat(settle(new JsonObject().put("type", "claim").put("claims", rows(1000, 1000)))
                        .getString("errorReason"))
                .isEqualTo("channel_served_elsewhere");
        assertThat(shop.facilitate("settle", requirements, wallet.deposit(requirements, 1110, 50_000))
                        .getString("errorReason"))
                .isEqualTo("channel_served_elsewhere");
        assertThat(Till.balance(reads, wallet.address())).isEqualTo(900_000);
        assertThat(shop.pay(2970, offer, wallet.voucher(offer, 1110)).getString("outcome"))
                .isEqualTo("held");
    }

    @Test
    void sellsNothingAtTheGatewayForAChannelThatAServerServes() {
        var offer = shop.offer(2970);
        assertThat(verified(wallet.deposit(requirements, 10_000, 100_000))).isEqualTo("valid");

        var refused = shop.pay(2970, offer, wallet.deposit(offer, 1000, 100_000));

        assertThat(Till.required(refused).getString("error")).isEqualTo("channel_served_elsewhere");
        assertThat(Till.balance(reads, wallet.address())).isEqualTo(1_000_000);
        assertThat(shop.facilitate("settle", requirements, wallet.deposit(requirements, 10_000, 100_000))
                        .getBoolean("success"))
                .isTrue();
    }

    @Test
    void chargesNoChannelOfAnotherTenant() {
        var offer = shop.offer(2970);
        shop.capture(shop.pay(2970, offer, wallet.deposit(offer, 1000, 100_000)), 300);
        database.inTransaction(
                        session -> session.createNativeQuery("update channel set tenant = 'other' where id = :id")
                                .setParameter("id", wallet.channel(offer).hex())
                                .executeUpdate())
                .await()
                .atMost(Duration.ofSeconds(60));

        var refused = shop.pay(2970, offer, wallet.voucher(offer, 1110));

        assertThat(Till.required(refused).getString("error")).isEqualTo("channel_served_elsewhere");
    }

    @Test
    void refusesWhatIsNoPayment() {
        shop.post("/facilitator/verify", new JsonObject()).statusCode(400);
        RestAssured.given()
                .contentType("application/json")
                .body("{}")
                .post("/facilitator/settle")
                .then()
                .statusCode(401);
        assertThat(settle(new JsonObject().put("type", "claim").put("claims", new JsonArray()))
                        .getString("errorReason"))
                .isEqualTo("invalid_batch_settlement_evm_payload_type");
    }

    private String verified(JsonObject payload) {
        var verdict = shop.facilitate("verify", requirements, payload);
        return verdict.getBoolean("isValid") ? "valid" : verdict.getString("invalidReason");
    }

    /** As the channel manager asks: its requirements say next to nothing. */
    private JsonObject settle(JsonObject payload) {
        var bare = new JsonObject()
                .put("scheme", "batch-settlement")
                .put("network", "eip155:84532")
                .put("amount", "0")
                .put("asset", TOKEN)
                .put("payTo", shop.payTo.hex())
                .put("maxTimeoutSeconds", 0)
                .put("extra", new JsonObject());
        return shop.facilitate("settle", bare, payload);
    }

    private JsonArray rows(long ceiling, long total) {
        var voucher = wallet.voucher(requirements, ceiling);
        return new JsonArray()
                .add(new JsonObject()
                        .put(
                                "voucher",
                                new JsonObject()
                                        .put("channel", voucher.getJsonObject("channelConfig"))
                                        .put("maxClaimableAmount", Long.toString(ceiling)))
                        .put("signature", voucher.getJsonObject("voucher").getString("signature"))
                        .put("totalClaimed", Long.toString(total)));
    }

    private static String authorizer() {
        return RestAssured.get("/facilitator/supported").jsonPath().getString("signers.'eip155:*'[0]");
    }
}
