package io.tallystick.billing.x402;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.channel.ExampleChannels;
import io.tallystick.billing.payment.PaymentStack;
import io.tallystick.billing.payment.hold.Taken;
import io.tallystick.billing.payment.hold.Turns;
import io.tallystick.kit.access.TestIdentity;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Paying from a channel, as the gateway sees it. A call of 2,970 input tokens costs 1,000 at most. */
@QuarkusTest
@WithTestResource(PaymentStack.class)
class BatchPaymentsTest {
    static final long MOST = 2970;
    static final String MISMATCH = "invalid_batch_settlement_evm_cumulative_amount_mismatch";

    @Inject
    Transactions transactions;

    @Inject
    ChainReads reads;

    @Inject
    Database database;

    @Inject
    Channels channels;

    @Inject
    Turns turns;

    Till till;
    Wallet wallet;
    JsonObject offer;

    @BeforeEach
    void sellCalls() {
        till = Till.open();
        wallet = Till.wallet(transactions, 1_000_000);
        offer = till.offer(MOST);
    }

    @Test
    void offersAChannelFirstAndAFixedPriceAfterIt() {
        assertThat(offer.getString("scheme")).isEqualTo("batch-settlement");
        assertThat(offer.getString("amount")).isEqualTo("1000");
        assertThat(offer.getString("asset")).isEqualTo("0x036CbD53842c5426634e7929541eC2318f3dCF7e");
        assertThat(offer.getJsonObject("extra").getValue("withdrawDelay")).isEqualTo(900);

        var fixed = till.exactOffer();
        assertThat(fixed.getString("scheme")).isEqualTo("exact");
        assertThat(fixed.getString("amount")).isEqualTo("20000");
    }

    @Test
    void opensWithADepositAndChargesWhatWasUsed() {
        var first = till.pay(MOST, offer, wallet.deposit(offer, 1000, 100_000));
        var charged = till.capture(first, 300);

        assertThat(first.getString("subject")).isEqualTo("did:pkh:eip155:84532:" + wallet.address());
        assertThat(charged.getString("chargedUnits")).isEqualTo("110");
        var told = Till.response(charged);
        assertThat(told.getString("amount")).isEqualTo("100000");
        assertThat(told.getString("transaction")).startsWith("0x");
        assertThat(told.getJsonObject("extra").getString("chargedAmount")).isEqualTo("110");
        assertThat(state(told).getString("chargedCumulativeAmount")).isEqualTo("110");
        assertThat(state(told).getString("balance")).isEqualTo("100000");

        var second = till.capture(till.pay(MOST, offer, wallet.voucher(offer, 1110)), 300);
        assertThat(Till.response(second).getString("transaction")).isEmpty();
        assertThat(state(Till.response(second)).getString("chargedCumulativeAmount"))
                .isEqualTo("220");
        assertThat(Till.balance(reads, wallet.address())).isEqualTo(900_000);
    }

    @Test
    void aClientSeesTheChannelsOfItsWalletsAndNoOthers() {
        till.pay(MOST, offer, wallet.deposit(offer, 1000, 100_000));
        var id = wallet.channel(offer).hex();
        var did = TestIdentity.randomDid();
        var client = PaymentStack.ownToken(till.tenant, did, "billing:read");
        assertThat(Till.channelsOf(client)).isEmpty();
        assertThat(Till.channelStatus(client, id)).isEqualTo(404);

        PaymentStack.identity().link(till.tenant, did, "eip155:84532:" + wallet.address());
        await().untilAsserted(() -> assertThat(Till.channelsOf(client)).containsExactly(id));
        assertThat(Till.channelStatus(client, id)).isEqualTo(200);
        var other = PaymentStack.ownToken(till.tenant, TestIdentity.randomDid(), "billing:read");
        assertThat(Till.channelsOf(other)).isEmpty();
        var elsewhere = PaymentStack.ownToken("other", did, "billing:read");
        assertThat(Till.channelsOf(elsewhere)).isEmpty();

        PaymentStack.identity().unlink(till.tenant, did, "eip155:84532:" + wallet.address());
        await().untilAsserted(() -> assertThat(Till.channelsOf(client)).isEmpty());
    }

    @Test
    void sellsNothingToAPayerWhoseAccountIsAtItsLimit() {
        till.capture(till.pay(MOST, offer, wallet.deposit(offer, 1000, 100_000)), 300);
        owe(60, 50);

        var required = Till.required(till.pay(MOST, offer, wallet.voucher(offer, 1110)));
        var deposit = till.pay(MOST, offer, wallet.deposit(offer, 1110, 100_000));

        assertThat(required.getString("error")).isEqualTo("account_limit_reached");
        assertThat(Till.required(deposit).getString("error")).isEqualTo("account_limit_reached");
        assertThat(Till.balance(reads, wallet.address())).isEqualTo(900_000);
        owe(49, 50);
        assertThat(till.pay(MOST, offer, wallet.voucher(offer, 1110)).getString("outcome"))
                .isEqualTo("held");
    }

    private void owe(long units, long limit) {
        database.inTransaction(session -> session.createNativeQuery("""
                                insert into account (tenant, subject, asset, card, period, payer, debited, debited_booked,
                                    limit_units, closed_until)
                                values ('%s', 'owes', '%s', 'standard', 'P1M', '%s', %d, %d, %d, 'epoch')
                                on conflict (tenant, subject) do update
                                set debited = excluded.debited, debited_booked = excluded.debited_booked
                                """.formatted(
                                        till.tenant, ExampleChannels.USDC.id(), wallet.address(), units, units, limit))
                        .executeUpdate())
                .await()
                .atMost(Duration.ofSeconds(30));
    }

    @Test
    void chargesAHoldOnceHoweverOftenItIsCaptured() {
        var held = till.pay(MOST, offer, wallet.deposit(offer, 1000, 100_000));
        var first = till.capture(held, 300);

        assertThat(till.capture(held, 300)).isEqualTo(first);
        assertThat(till.capture(held, 2970)).isEqualTo(first);
        assertThat(till.release(held)).isEqualTo(first);
        assertThat(till.channel(wallet, offer).getString("charged")).isEqualTo("110");
    }

    @Test
    void sellsNothingForAnOldVoucherAndTellsOurBooks() {
        till.capture(till.pay(MOST, offer, wallet.deposit(offer, 1000, 100_000)), 300);

        var required = Till.required(till.pay(MOST, offer, wallet.voucher(offer, 1000)));

        assertThat(required.getString("error")).isEqualTo(MISMATCH);
        var extra = required.getJsonArray("accepts").getJsonObject(0).getJsonObject("extra");
        assertThat(extra.getJsonObject("channelState").getString("chargedCumulativeAmount"))
                .isEqualTo("110");
        assertThat(extra.getJsonObject("voucherState").getString("signedMaxClaimable"))
                .isEqualTo("1000");
        assertThat(till.channel(wallet, offer).getString("held")).isEqualTo("0");
    }

    @Test
    void sellsNothingForAPaymentThatBoughtAnotherRequest() {
        var payment = Till.payment(offer, wallet.deposit(offer, 5000, 100_000));
        var held = till.authorize(UUID.randomUUID(), "POST", "/v1/embeddings", MOST, "a", payment);
        till.capture(held, 300);

        var again = till.authorize(UUID.randomUUID(), "POST", "/v1/embeddings", MOST, "b", payment);

        assertThat(Till.required(again).getString("error")).isEqualTo(MISMATCH);
        assertThat(Till.balance(reads, wallet.address())).isEqualTo(900_000);
    }

    @Test
    void answersTheGatewaysOwnRetryWithTheSameHold() {
        var id = UUID.randomUUID();
        var payment = Till.payment(offer, wallet.deposit(offer, 1000, 100_000));
        var held = till.authorize(id, "POST", "/v1/embeddings", MOST, "a", payment);

        assertThat(till.authorize(id, "POST", "/v1/embeddings", MOST, "a", payment))
                .isEqualTo(held);
        till.capture(held, 300);
        var after = till.authorize(id, "POST", "/v1/embeddings", MOST, "a", payment);
        assertThat(after.getString("outcome")).isEqualTo("replayed");
        assertThat(after.getString("state")).isEqualTo("captured");
    }

    @Test
    void tellsOfADepositThoughTheCallFailed() {
        var held = till.pay(MOST, offer, wallet.deposit(offer, 1000, 100_000));

        var told = Till.response(till.release(held));

        assertThat(told.getJsonObject("extra").getString("chargedAmount")).isEqualTo("0");
        assertThat(state(told).getString("balance")).isEqualTo("100000");
        // The client's books did not move, so it signs the very same voucher for its next call.
        assertThat(till.pay(MOST, offer, wallet.voucher(offer, 1000)).getString("outcome"))
                .isEqualTo("held");
    }

    @Test
    void refusesWhatWasNotOfferedOrNotSigned() {
        var stranger = new Wallet();
        var voucher = wallet.voucher(offer, 1000);
        var forged = wallet.voucher(offer, 1000);
        forged.getJsonObject("voucher")
                .put(
                        "signature",
                        stranger.voucher(offer, 1000).getJsonObject("voucher").getString("signature"));
        var elsewhere = offer.copy().put("payTo", stranger.address().hex());

        assertRefused("No matching payment requirements", offer.copy().put("amount", "999"), voucher);
        assertRefused("No matching payment requirements", offer.copy().put("network", "eip155:8453"), voucher);
        assertRefused("No matching payment requirements", elsewhere, voucher);
        assertRefused("No matching payment requirements", Till.open().offer(MOST), voucher);
        assertRefused("invalid_batch_settlement_evm_receiver_mismatch", offer, wallet.voucher(elsewhere, 1000));
        assertRefused("invalid_batch_settlement_evm_voucher_signature", offer, forged);
        assertRefused("invalid_batch_settlement_evm_payload_type", offer, new JsonObject().put("type", "claim"));
        assertRefused(MISMATCH, offer, voucher);
        assertThat(Till.balance(reads, wallet.address())).isEqualTo(1_000_000);
    }

    @Test
    void refusesADepositThatTheTokenWouldNot() {
        var poor = new Wallet();
        var expired = wallet.deposit(offer, 1000, 100_000, 1);
        var altered = wallet.deposit(offer, 1000, 100_000);
        altered.getJsonObject("deposit").put("amount", "100001");

        assertRefused("invalid_batch_settlement_evm_insufficient_balance", offer, poor.deposit(offer, 1000, 100_000));
        assertRefused("invalid_batch_settlement_evm_payload_authorization_valid_before", offer, expired);
        assertRefused("invalid_batch_settlement_evm_receive_authorization_signature", offer, altered);
        assertRefused(MISMATCH, offer, wallet.deposit(offer, 100_001, 100_000));
        assertThat(Till.balance(reads, wallet.address())).isEqualTo(1_000_000);
    }

    @Test
    void refusesNumbersThatNoContractTakes() {
        var digits = "9".repeat(78);
        var salt = wallet.deposit(offer, 1000, 100_000);
        salt.getJsonObject("deposit")
                .getJsonObject("authorization")
                .getJsonObject("erc3009Authorization")
                .put("salt", digits);
        var refund = wallet.refund(offer, 0).put("amount", "9".repeat(70));
        var delay = wallet.voucher(offer, 1000);
        delay.getJsonObject("channelConfig").put("withdrawDelay", Long.MIN_VALUE);
        assertRefused("invalid_batch_settlement_evm_payload_type", offer, salt);
        assertRefused("invalid_batch_settlement_evm_payload_type", offer, refund);
        assertRefused("invalid_batch_settlement_evm_payload_type", offer, delay);
    }

    @Test
    void chargesNothingForUsageWithoutAPrice() {
        var held = till.pay(MOST, offer, wallet.deposit(offer, 1000, 100_000));
        till.post(
                        "/v1/payments/" + held.getString("holdId") + "/capture",
                        new JsonObject().put("usage", new JsonObject().put("output_text", "7")))
                .statusCode(200)
                .body("chargedUnits", equalTo("0"));
        assertThat(till.channel(wallet, offer).getString("held")).isEqualTo("0");
    }

    /** The gateway has given up by then: a hold that nobody knows of would block the channel. */
    @Test
    void holdsNothingForACallThatNobodyWaitsForAnyMore() {
        var taken = turns.take(wallet.channel(offer), Instant.now().minusSeconds(66), () -> {
                    throw new AssertionError("asked");
                })
                .await()
                .indefinitely();

        assertThat(taken).isEqualTo(Taken.Not.BUSY);
    }

    @Test
    void readsNoPaymentThatIsTooLongOrUnreadable() {
        var unreadable = List.of("", "no base64!", "e30=", "x".repeat(40_000));

        assertThat(unreadable)
                .allSatisfy(payment -> assertThat(Till.required(till.authorize("/v1/embeddings", MOST, payment))
                                .getString("error"))
                        .isEqualTo("Payment required"));
    }

    @Test
    void tellingOurBooksIsNotReadingTheContract() {
        till.capture(till.pay(MOST, offer, wallet.deposit(offer, 1000, 100_000)), 300);
        var read = seenAt();

        Till.required(till.pay(MOST, offer, wallet.voucher(offer, 1000)));

        assertThat(seenAt()).isEqualTo(read);
    }

    @Test
    void decidesCallsOfOneChannelOneAfterAnother() throws Exception {
        till.capture(till.pay(MOST, offer, wallet.deposit(offer, 1000, 100_000)), 300);
        var voucher = wallet.voucher(offer, 1110);

        var answers = new ArrayList<CompletableFuture<String>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int call = 0; call < 5; call++) {
                answers.add(CompletableFuture.supplyAsync(() -> payAndCapture(voucher), threads));
            }
        }

        assertThat(answers.stream().map(CompletableFuture::join)).containsOnlyOnce("110");
        assertThat(till.channel(wallet, offer).getString("charged")).isEqualTo("220");
        assertThat(till.channel(wallet, offer).getString("held")).isEqualTo("0");
    }

    @Test
    void refusesOtherTenantsCallsAndBodiesThatSayNothing() {
        var other = Till.open();
        till.post("/v1/payments/authorize", other.asked(UUID.randomUUID(), "POST", "/v1/embeddings", 3, "a", null))
                .statusCode(403);
        till.post("/v1/payments/authorize", new JsonObject()).statusCode(400);
        var held = till.pay(MOST, offer, wallet.deposit(offer, 1000, 100_000));
        other.post(
                        "/v1/payments/" + held.getString("holdId") + "/capture",
                        new JsonObject().put("usage", new JsonObject()))
                .statusCode(404);
        RestAssured.given().get("/v1/channels").then().statusCode(401);
    }

    private String payAndCapture(JsonObject voucher) {
        var answer = till.pay(MOST, offer, voucher);
        return answer.getString("outcome").equals("held")
                ? till.capture(answer, 300).getString("chargedUnits")
                : answer.getString("reason");
    }

    private void assertRefused(String reason, JsonObject accepted, JsonObject payload) {
        var refused = till.pay(MOST, accepted, payload);
        assertThat(Till.required(refused).getString("error")).isEqualTo(reason);
        assertThat(refused.getInteger("status")).isEqualTo(402);
    }

    private Instant seenAt() {
        return channels.find(wallet.channel(offer))
                .await()
                .atMost(Duration.ofSeconds(30))
                .orElseThrow()
                .seenAt();
    }

    private static JsonObject state(JsonObject response) {
        return response.getJsonObject("extra").getJsonObject("channelState");
    }
}
