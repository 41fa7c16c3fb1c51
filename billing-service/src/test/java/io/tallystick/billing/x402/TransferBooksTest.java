package io.tallystick.billing.x402;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Outcome;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.chain.abi.TokenCalls;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.channel.ExampleChannels;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls paid by a transfer of their own, in the ledger and in the reconciliation. */
@QuarkusTest
@WithTestResource(SlowChainStack.class)
class TransferBooksTest {
    static final Duration LONG = Duration.ofSeconds(60);

    @Inject
    Transactions transactions;

    @Inject
    Database database;

    @Inject
    MeterRegistry metrics;

    Till till;
    Wallet wallet;
    JsonObject offer;

    @BeforeEach
    void sellCalls() {
        till = Till.open();
        wallet = Till.wallet(transactions, 1_000_000);
        offer = till.exactOffer();
    }

    @Test
    void booksACallsTransferPendingAndPostsItOnceItIsFinal() {
        var held = till.payExact(offer, wallet.exact(offer));
        till.capture(held, 3);

        await().atMost(LONG).untilAsserted(() -> assertThat(booked(held)).isEqualTo("pending"));
        assertThat(sides()).containsExactly("20000", "20000", "20000");

        blocks();
        await().atMost(LONG).untilAsserted(() -> assertThat(booked(held)).isEqualTo("posted"));
        assertThat(sides()).containsExactly("20000", "20000", "20000");
    }

    @Test
    void tellsOfACallWhoseTransferTheChainTookBack() {
        var held = till.payExact(offer, wallet.exact(offer));
        till.capture(held, 3);
        await().atMost(LONG).untilAsserted(() -> assertThat(booked(held)).isEqualTo("pending"));

        var before = lost();
        takenBack(held);

        await().atMost(LONG).untilAsserted(() -> assertThat(booked(held)).isEqualTo("voided"));
        assertThat(sides()).containsExactly("20000", "0", "0");
        till.get("/v1/reconciliation")
                .body("rules.find { it.name == 'charged-transfer-stands' }.brokenBy", equalTo(held.getString("holdId")))
                .body("equal", equalTo(false));
        assertThat(lost()).isGreaterThan(before);
    }

    @Test
    void namesACallThatWasGivenUpAndPaidAllTheSame() {
        var held = till.payExact(offer, wallet.exact(offer));
        till.release(held);
        var key = SlowChainTest.text(database, "select payment_hash from hold where id = :id", SlowChainTest.id(held));

        transactions
                .submit(new Intent(
                        key, new TokenCalls(ExampleChannels.USDC.contract()).mint(wallet.address(), BigInteger.ONE)))
                .await()
                .atMost(LONG);
        assertThat(transactions.outcome(key, 0, LONG).await().atMost(LONG)).isInstanceOf(Outcome.Succeeded.class);

        till.get("/v1/reconciliation")
                .body("rules.find { it.name == 'given-up-is-not-paid' }.brokenBy", equalTo(held.getString("holdId")));
    }

    private List<String> sides() {
        return till.get("/v1/reconciliation")
                .extract()
                .jsonPath()
                .getList("lines.find { it.name == 'paid by exact' }.sides.amount", String.class);
    }

    private double lost() {
        return metrics.counter("tallystick.payment.lost").count();
    }

    private String booked(JsonObject held) {
        return SlowChainTest.text(database, "select booked from hold where id = :id", SlowChainTest.id(held));
    }

    /** As the engine writes it down when a reorganisation mined the transaction anew, and it failed there. */
    private void takenBack(JsonObject held) {
        database.inTransaction(session -> session.createNativeQuery("""
                                update chain_transaction set state = 'reverted', nonce = null, state_time = null,
                                    succeeded = false, version = version + 1
                                where intent_key = (select payment_hash from hold where id = :id)
                                """)
                        .setParameter("id", SlowChainTest.id(held))
                        .executeUpdate())
                .await()
                .atMost(LONG);
    }

    /** More than {@code tallystick.chain.confirmations}. */
    private static void blocks() {
        for (int block = 0; block < 4; block++) {
            SlowChainTest.rpc("evm_mine");
        }
    }
}
