package io.tallystick.billing.x402;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Outcome;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.chain.abi.TokenCalls;
import io.tallystick.billing.channel.ExampleChannels;
import io.tallystick.billing.payment.PaymentStack;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Single payments, at the gateway's till and through the facilitator. */
@QuarkusTest
@WithTestResource(PaymentStack.class)
class ExactPaymentsTest {
    static final long PRICE = 20_000;
    static final Duration LONG = Duration.ofSeconds(60);

    @Inject
    Transactions transactions;

    @Inject
    ChainReads reads;

    Till till;
    Wallet wallet;
    JsonObject offer;

    @BeforeEach
    void sellCalls() {
        till = Till.open();
        wallet = Till.wallet(transactions, 100_000);
        offer = till.exactOffer();
    }

    @Test
    void takesThePriceAfterTheCallAndOnce() {
        var held = till.payExact(offer, wallet.exact(offer));
        assertThat(Till.balance(reads, till.payTo)).isZero();

        var charged = till.capture(held, 3);

        assertThat(charged.getString("chargedUnits")).isEqualTo("20000");
        assertThat(Till.response(charged).getBoolean("success")).isTrue();
        assertThat(till.capture(held, 3)).isEqualTo(charged);
        assertThat(Till.balance(reads, till.payTo)).isEqualTo(PRICE);
    }

    @Test
    void takesNothingForACallThatFailed() {
        var held = till.payExact(offer, wallet.exact(offer));

        assertThat(till.release(held).getString("chargedUnits")).isEqualTo("0");
        assertThat(till.capture(held, 3).getInteger("status")).isEqualTo(409);
        assertThat(Till.balance(reads, till.payTo)).isZero();
    }

    @Test
    void sellsOneCallForOneAuthorization() {
        var payload = wallet.exact(offer);
        var held = till.payExact(offer, payload);

        assertRefused("invalid_exact_evm_nonce_already_used", payload);
        till.capture(held, 3);
        assertRefused("invalid_exact_evm_nonce_already_used", payload);
        assertThat(Till.balance(reads, till.payTo)).isEqualTo(PRICE);
    }

    @Test
    void refusesWhatDoesNotPayThePrice() {
        var now = Instant.now().getEpochSecond();
        var altered = wallet.exact(offer);
        altered.getJsonObject("authorization").put("value", "1");

        assertRefused("invalid_exact_evm_insufficient_balance", new Wallet().exact(offer));
        assertRefused("invalid_exact_evm_signature", altered);
        assertRefused("invalid_exact_evm_payload_authorization_valid_before", wallet.exact(till.payTo, PRICE, now + 2));
        assertRefused(
                "invalid_exact_evm_payload_authorization_value_mismatch",
                wallet.exact(till.payTo, PRICE - 1, now + 99));
        assertRefused("invalid_exact_evm_recipient_mismatch", wallet.exact(wallet.address(), PRICE, now + 99));
        assertRefused("unsupported_payload_type", new JsonObject());
        assertThat(Till.balance(reads, wallet.address())).isEqualTo(100_000);
    }

    @Test
    void saysSoWhenThePayerSpentItsTokensBeforeWeSettled() {
        var held = till.payExact(offer, wallet.exact(offer));
        var other = Till.open();
        var all = wallet.exact(other.payTo, 100_000, Instant.now().getEpochSecond() + 300);
        other.facilitate("settle", requirements(other, 100_000), all);

        var ended = till.capture(held, 3);

        assertThat(ended.getInteger("status")).isEqualTo(402);
        assertThat(Till.response(ended).getBoolean("success")).isFalse();
        assertThat(till.capture(held, 3).getInteger("status")).isEqualTo(402);
        assertThat(Till.balance(reads, till.payTo)).isZero();
    }

    @Test
    void doesNotTryARefusedTransferAgainUnderAHold() {
        var key = "refused:" + wallet.address();
        var intent = new Intent(
                key, new TokenCalls(ExampleChannels.USDC.contract()).transfer(till.payTo, BigInteger.TWO.pow(100)));
        transactions.submit(intent).await().atMost(LONG);
        assertThat(transactions.outcome(key, 0, LONG).await().atMost(LONG)).isInstanceOf(Outcome.Refused.class);

        assertThat(transactions.submitOnce(intent).await().atMost(LONG).wanted())
                .isFalse();
        assertThat(transactions.submit(intent).await().atMost(LONG).wanted()).isTrue();
    }

    @Test
    void refusesNumbersThatNoContractTakes() {
        var payload = wallet.exact(offer);
        payload.getJsonObject("authorization").put("validBefore", "9".repeat(78));

        assertRefused("unsupported_payload_type", payload);
    }

    @Test
    void settlesForAnotherServerOnceHoweverOftenItAsks() {
        var requirements = requirements(till, PRICE);
        var payload = wallet.exact(requirements);

        assertThat(till.facilitate("verify", requirements, payload).getBoolean("isValid"))
                .isTrue();
        var settled = till.facilitate("settle", requirements, payload);

        assertThat(settled.getBoolean("success")).isTrue();
        assertThat(till.facilitate("settle", requirements, payload)).isEqualTo(settled);
        assertThat(till.facilitate("verify", requirements, payload).getString("invalidReason"))
                .isEqualTo("invalid_exact_evm_nonce_already_used");
        assertThat(Till.balance(reads, till.payTo)).isEqualTo(PRICE);
    }

    @Test
    void settlesForTheReceiversOwnTenantOnly() {
        var requirements = requirements(till, PRICE);

        var verdict = Till.open().facilitate("settle", requirements, wallet.exact(requirements));

        assertThat(verdict.getString("errorReason")).isEqualTo("invalid_exact_evm_recipient_mismatch");
        assertThat(Till.balance(reads, wallet.address())).isEqualTo(100_000);
    }

    @Test
    void doesNotVerifyForAnotherServerWhatIsHeldForACall() {
        var payload = wallet.exact(offer);
        till.payExact(offer, payload);

        var verdict = till.facilitate("verify", requirements(till, PRICE), payload);

        assertThat(verdict.getString("invalidReason")).isEqualTo("invalid_exact_evm_nonce_already_used");
    }

    private void assertRefused(String reason, JsonObject payload) {
        assertThat(Till.required(till.payExact(offer, payload)).getString("error"))
                .isEqualTo(reason);
    }

    private static JsonObject requirements(Till till, long amount) {
        return new JsonObject()
                .put("scheme", "exact")
                .put("network", "eip155:84532")
                .put("amount", Long.toString(amount))
                .put("asset", "0x036CbD53842c5426634e7929541eC2318f3dCF7e")
                .put("payTo", till.payTo.hex())
                .put("maxTimeoutSeconds", 300)
                .put("extra", new JsonObject().put("name", "USDC").put("version", "2"));
    }
}
