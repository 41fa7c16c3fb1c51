package io.tallystick.billing.x402;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.payment.PaymentFaults.Point;
import io.tallystick.billing.payment.PaymentStack;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Work is cut off after each step of authorize and capture, and the gateway asks again: the deposit is made once, the
 * call charged once, and nothing stays held.
 */
@QuarkusTest
@WithTestResource(PaymentStack.class)
class PaymentFaultsTest {

    @Inject
    Transactions transactions;

    @Inject
    ChainReads reads;

    @Inject
    CrashingFaults faults;

    Till till;

    @BeforeEach
    void sellCalls() {
        till = Till.open();
    }

    @AfterEach
    void disarm() {
        faults.disarm();
    }

    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            mode = Mode.EXCLUDE,
            names = {"SETTLING", "SETTLEMENT_SUBMITTED", "SETTLEMENT_MINED"})
    void chargesACallOfAChannelOnceWhereverItIsCutOff(Point point) {
        var wallet = Till.wallet(transactions, 1_000_000);
        var offer = till.offer(2970);
        var payment = Till.payment(offer, wallet.deposit(offer, 1000, 100_000));
        faults.arm(point);

        var held =
                persistently("authorize", till.asked(UUID.randomUUID(), "POST", "/v1/embeddings", 2970, "a", payment));
        var charged = persistently(held.getString("holdId") + "/capture", used(300));

        assertThat(faults.wentOff()).isTrue();
        assertThat(charged.getString("chargedUnits")).isEqualTo("110");
        assertThat(Till.balance(reads, wallet.address())).isEqualTo(900_000);
        var channel = till.channel(wallet, offer);
        assertThat(channel.getString("charged")).isEqualTo("110");
        assertThat(channel.getString("held")).isEqualTo("0");
        assertThat(channel.getString("deposited")).isEqualTo("100000");
    }

    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            mode = Mode.INCLUDE,
            names = {
                "PAYMENT_MATCHED",
                "PAYMENT_VERIFIED",
                "HELD",
                "CAPTURE_PRICED",
                "SETTLING",
                "SETTLEMENT_SUBMITTED",
                "SETTLEMENT_MINED"
            })
    void takesASinglePaymentOnceWhereverItIsCutOff(Point point) {
        var wallet = Till.wallet(transactions, 1_000_000);
        var offer = till.exactOffer();
        var payment = Till.payment(offer, wallet.exact(offer));
        var before = Till.balance(reads, till.payTo);
        faults.arm(point);

        var held = persistently("authorize", till.asked(UUID.randomUUID(), "POST", "/v1/fixed", 3, "a", payment));
        var charged = persistently(held.getString("holdId") + "/capture", used(3));

        assertThat(faults.wentOff()).isTrue();
        assertThat(charged.getString("chargedUnits")).isEqualTo("20000");
        assertThat(Till.balance(reads, wallet.address())).isEqualTo(980_000);
        assertThat(Till.balance(reads, till.payTo) - before).isEqualTo(20_000);
    }

    /** As the gateway does it: the same request again until it is answered. */
    private JsonObject persistently(String path, JsonObject body) {
        var first = till.post("/v1/payments/" + path, body).extract();
        var answer = first.statusCode() == 200
                ? first.asString()
                : till.post("/v1/payments/" + path, body)
                        .statusCode(200)
                        .extract()
                        .asString();
        return new JsonObject(answer);
    }

    private static JsonObject used(long tokens) {
        return new JsonObject()
                .put("usage", new JsonObject().put("requests", "1").put("input_uncached", Long.toString(tokens)))
                .put("usageSource", "provider_final")
                .put("eventId", "e");
    }
}
