package io.tallystick.billing.x402;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.payment.PaymentStack;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Paying for streams: the payer is told before the charge is known. A call costs 1,000 at most, and 110 in the end. */
@QuarkusTest
@WithTestResource(PaymentStack.class)
class StreamPaymentsTest {
    private static final long MOST = 2970;
    private static final long USED = 300;

    @Inject
    Transactions transactions;

    private Till till;
    private Wallet wallet;
    private JsonObject offer;

    @BeforeEach
    void sellCalls() {
        till = Till.open();
        wallet = Till.wallet(transactions, 1_000_000);
        offer = till.offer(MOST);
    }

    @Test
    void announcesTheMostAndTellsLessTheNextTime() {
        var first = stream(wallet.deposit(offer, 1000, 100_000));
        assertTold(first, "1000", "1000");
        assertThat(Till.response(first).getString("amount")).isEqualTo("100000");
        assertThat(till.capture(first, USED).getString("chargedUnits")).isEqualTo("110");

        // What a stock client signs: the total it was told, and the most this call can cost.
        var second = stream(wallet.voucher(offer, 2000));
        assertTold(second, "110", "1110");
        till.capture(second, USED);

        var whole = till.pay(MOST, offer, wallet.voucher(offer, 2110));
        assertThat(whole.getJsonObject("headers")).isEmpty();
        assertTold(till.capture(whole, USED), "0", "1110");
        assertThat(till.channel(wallet, offer).getString("charged")).isEqualTo("330");
    }

    @Test
    void holdsTheStreamsOfOneChannelAtOnce() {
        var first = stream(wallet.deposit(offer, 1000, 100_000));
        var second = stream(wallet.voucher(offer, 2000));
        var third = stream(wallet.voucher(offer, 3000));

        assertTold(second, "1000", "2000");
        assertTold(third, "1000", "3000");
        till.capture(third, USED);
        till.capture(first, USED);
        till.release(second);
        assertThat(till.channel(wallet, offer).getString("charged")).isEqualTo("220");
        assertThat(till.channel(wallet, offer).getString("held")).isEqualTo("0");
    }

    @Test
    void tellsAPayerThatSignsMoreOnItsOwnWhatItWasCharged() {
        var first = till.pay(MOST, offer, wallet.deposit(offer, 50_000, 100_000));
        assertTold(till.capture(first, USED), "110", "110");

        var second = till.pay(MOST, offer, wallet.voucher(offer, 60_000));
        assertTold(till.capture(second, USED), "110", "220");
    }

    @Test
    void answersALostAuthorizeWithTheSameAnnouncement() {
        var call = UUID.randomUUID();
        var payment = Till.payment(offer, wallet.deposit(offer, 1000, 100_000));

        var first = stream(call, payment);

        assertThat(stream(call, payment)).isEqualTo(first);
    }

    @Test
    void tellsThatNothingWasChargedWhereTheAnswerNeverBegan() {
        var refused = till.release(stream(wallet.deposit(offer, 1000, 100_000)));

        assertTold(refused, "0", "0");
        // The payer heard of no announcement, so its books are ours.
        assertTold(stream(wallet.voucher(offer, 1000)), "1000", "1000");
    }

    @Test
    void aStreamPaidByExactIsRefused() {
        var fixed = till.exactOffer();
        var asked =
                till.asked(UUID.randomUUID(), "POST", "/v1/fixed", 3, "a", null).put("streamed", true);
        var required = Till.required(authorize(asked));
        assertThat(required.getJsonArray("accepts")).hasSize(1);
        assertThat(required.getJsonArray("accepts").getJsonObject(0).getString("scheme"))
                .isEqualTo("batch-settlement");

        var paid = authorize(asked.put("payment", Till.payment(fixed, wallet.exact(fixed))));

        assertThat(Till.required(paid).getString("error")).isEqualTo("No matching payment requirements");
    }

    @Test
    void keepsAHoldForAsLongAsItsStreamRenewsIt() throws InterruptedException {
        var held = stream(wallet.deposit(offer, 1000, 100_000));
        var first = Instant.parse(held.getString("expiresAt"));
        Thread.sleep(5);

        var second = Instant.parse(renew(till, held).statusCode(200).extract().path("expiresAt"));

        assertThat(second).isAfter(first);
        till.capture(held, USED);
        renew(till, held).statusCode(409).body("type", equalTo("/problems/hold-ended"));
    }

    @Test
    void anotherTenantsHoldIsNotRenewed() {
        var held = stream(wallet.deposit(offer, 1000, 100_000));

        renew(Till.open(), held).statusCode(404);
    }

    private JsonObject stream(JsonObject payload) {
        return stream(UUID.randomUUID(), Till.payment(offer, payload));
    }

    private JsonObject stream(UUID call, String payment) {
        var held = authorize(
                till.asked(call, "POST", "/v1/embeddings", MOST, "a", payment).put("streamed", true));
        assertThat(held.getString("outcome")).isEqualTo("held");
        return held;
    }

    private JsonObject authorize(JsonObject asked) {
        return new JsonObject(till.post("/v1/payments/authorize", asked)
                .statusCode(200)
                .extract()
                .asString());
    }

    private static ValidatableResponse renew(Till till, JsonObject held) {
        return till.post("/v1/payments/" + held.getString("holdId") + "/renew", new JsonObject());
    }

    private static void assertTold(JsonObject answer, String amount, String total) {
        var extra = Till.response(answer).getJsonObject("extra");
        assertThat(extra.getString("chargedAmount")).isEqualTo(amount);
        assertThat(extra.getJsonObject("channelState").getString("chargedCumulativeAmount"))
                .isEqualTo(total);
    }
}
