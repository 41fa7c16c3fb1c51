package io.tallystick.billing.x402;

import static io.tallystick.billing.x402.BatchPaymentsTest.MOST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.chain.rpc.JsonRpc;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.ChannelTimes;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.payment.PaymentStack;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Taking back what a channel does not need, as the gateway sees it. */
@QuarkusTest
@WithTestResource(PaymentStack.class)
class RefundPaymentsTest {

    @Inject
    Transactions transactions;

    @Inject
    ChainReads reads;

    @Inject
    Channels channels;

    @Inject
    JsonRpc rpc;

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
    void givesBackWhatNobodyChargedAndClaimsTheRest() {
        till.capture(till.pay(MOST, offer, wallet.deposit(offer, 1000, 100_000)), 300);
        var refund = Till.payment(till.offer(MOST), wallet.refund(offer, 110));

        var done = till.authorize(UUID.randomUUID(), "GET", "/v1/embeddings", MOST, "a", refund);

        assertThat(done.getString("outcome")).isEqualTo("done");
        assertThat(Till.response(done).getString("amount")).isEqualTo("99890");
        assertThat(Till.balance(reads, wallet.address())).isEqualTo(999_890);
        var channel = till.channel(wallet, offer);
        assertThat(channel.getString("claimed")).isEqualTo("110");
        assertThat(channel.getString("withdrawn")).isEqualTo("99890");

        assertThat(Till.balance(reads, till.payTo)).isEqualTo(110);
        assertThat(till.authorize(UUID.randomUUID(), "GET", "/v1/embeddings", MOST, "a", refund))
                .isEqualTo(done);
    }

    @Test
    void keepsARefundsMoneyAsideUntilNothingCanUndoIt() {
        till.capture(till.pay(MOST, offer, wallet.deposit(offer, 1000, 100_000)), 300);
        var refund = Till.payment(till.offer(MOST), wallet.refund(offer, 110));
        till.authorize(UUID.randomUUID(), "GET", "/v1/embeddings", MOST, "a", refund);
        assertThat(channel().refunding().units()).isEqualTo(99_890);
        assertThat(channel().drawable().units()).isEqualTo(110);

        await().atMost(Duration.ofSeconds(60)).until(() -> {
            mine();
            return channel().refunding().isZero();
        });

        assertThat(channel().drawable().units()).isEqualTo(110);
        var again = till.authorize(UUID.randomUUID(), "GET", "/v1/embeddings", MOST, "a", refund);
        assertThat(again.getString("reason")).isEqualTo("invalid_batch_settlement_evm_refund_no_balance");
        assertThat(till.reconciled("claimed"))
                .isEqualTo(new JsonObject()
                        .put("channels", "110")
                        .put("ledger", "110")
                        .put("settlements", "110"));
    }

    @Test
    void sellsAgainAfterARefundThatIsNotFinal() {
        till.capture(till.pay(MOST, offer, wallet.deposit(offer, 1000, 100_000)), 300);
        var refund = Till.payment(till.offer(MOST), wallet.refund(offer, 110));
        till.authorize(UUID.randomUUID(), "GET", "/v1/embeddings", MOST, "a", refund);

        var topped = till.pay(MOST, offer, wallet.deposit(offer, 1110, 50_000));

        assertThat(topped.getString("outcome")).isEqualTo("held");
        till.capture(topped, 300);
        var next = Till.payment(till.offer(MOST), wallet.refund(offer, 220));
        assertThat(till.authorize(UUID.randomUUID(), "GET", "/v1/embeddings", MOST, "a", next)
                        .getString("reason"))
                .isEqualTo("invalid_batch_settlement_evm_channel_busy");
    }

    private Channel channel() {
        return channels.find(wallet.channel(offer))
                .await()
                .atMost(Duration.ofSeconds(30))
                .map(ChannelTimes::channel)
                .orElseThrow();
    }

    private void mine() {
        rpc.ask(List.of(JsonRpc.Request.of("anvil_mine", "0x1"))).await().atMost(Duration.ofSeconds(30));
    }
}
