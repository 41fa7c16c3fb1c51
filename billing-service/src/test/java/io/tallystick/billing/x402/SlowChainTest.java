package io.tallystick.billing.x402;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.tallystick.billing.chain.ChainReads;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.payment.PaymentStack;
import io.tallystick.billing.payment.hold.HoldEnds;
import io.tallystick.kit.outbox.Outbox;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is answered while a transaction is on its way, and that it is sent once. */
@QuarkusTest
@WithTestResource(SlowChainStack.class)
class SlowChainTest {
    static final Duration LONG = Duration.ofSeconds(60);
    static final String TOKEN = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";

    @Inject
    Transactions transactions;

    @Inject
    ChainReads reads;

    @Inject
    HoldEnds ends;

    @Inject
    Database database;

    @Inject
    Outbox outbox;

    Till till;
    Wallet wallet;
    JsonObject offer;

    @BeforeEach
    void sellCalls() {
        till = Till.open();
        wallet = Till.wallet(transactions, 1_000_000);
        offer = till.exactOffer();
    }

    @AfterEach
    void makeBlocksAgain() {
        mining(true);
    }

    @Test
    void givesTheAnswerOnceTheTransactionIsSignedAndTakesThePriceLater() {
        var held = till.payExact(offer, wallet.exact(offer));
        mining(false);

        var sent = till.capture(held, 3);
        var given = till.release(held);

        assertThat(sent.getInteger("status")).isNull();
        assertThat(sent.getString("chargedUnits")).isEqualTo("20000");
        assertThat(Till.response(sent).getBoolean("success")).isTrue();
        assertThat(Till.response(sent).getString("transaction")).startsWith("0x");
        // Kafka was silent and the gateway gives the call up: it is charged, so it is given.
        assertThat(given).isEqualTo(sent);
        assertThat(Till.balance(reads, till.payTo)).isZero();

        mining(true);
        await().atMost(LONG).until(() -> Till.balance(reads, till.payTo) == 20_000);
        assertThat(till.capture(held, 3)).isEqualTo(sent);
    }

    @Test
    void leavesToTheSweepWhatOnlyTheRecordTells() {
        var first = till.payExact(offer, wallet.exact(offer));
        var second = till.payExact(offer, wallet.exact(offer));
        mining(false);

        CallMeteredTest.metered(database, outbox, till, first, 3);
        CallMeteredTest.metered(database, outbox, till, second, 3);

        // Both, though no transaction is mined: one event does not wait for another's.
        await().atMost(LONG).until(() -> settling(first) && settling(second));
        mining(true);
        await().atMost(LONG).until(() -> Till.balance(reads, till.payTo) == 40_000);
    }

    @Test
    void endsAHoldOnceWhoeverWatchesItsTransaction() {
        var refused = id(till.payExact(offer, wallet.exact(offer)));
        var taken = id(till.payExact(offer, wallet.exact(offer)));
        var now = Instant.now();
        mining(false);
        ends.settling(refused, now).await().atMost(LONG);
        ends.settling(taken, now).await().atMost(LONG);

        ends.failed(refused, "{}", now).await().atMost(LONG);
        ends.settled(refused, "{}", now).await().atMost(LONG);
        ends.settled(taken, "{}", now).await().atMost(LONG);
        ends.failed(taken, "{}", now).await().atMost(LONG);

        assertThat(state(refused)).isEqualTo("voided");
        assertThat(state(taken)).isEqualTo("captured");
    }

    @Test
    void paysOutOnceThoughTheServerAsksAgainWhileItIsPending() {
        var shop = Till.open();
        var requirements = channelRequirements(shop);
        shop.facilitate("settle", requirements, wallet.deposit(requirements, 10_000, 100_000));
        shop.facilitate("settle", requirements, claim(requirements));
        var payOut = new JsonObject()
                .put("type", "settle")
                .put("receiver", shop.payTo.hex())
                .put("token", TOKEN);
        mining(false);

        var first = shop.facilitate("settle", requirements, payOut);
        var second = shop.facilitate("settle", requirements, payOut);

        assertThat(first.getString("errorReason")).isEqualTo("settlement_pending");
        assertThat(second).isEqualTo(first);
        mining(true);
        await().atMost(LONG).until(() -> Till.balance(reads, shop.payTo) == 4000);
        assertThat(shop.facilitate("settle", requirements, payOut).getString("errorReason"))
                .isEqualTo("invalid_batch_settlement_evm_nothing_to_settle");
    }

    private JsonObject claim(JsonObject requirements) {
        var voucher = wallet.voucher(requirements, 10_000);
        var row = new JsonObject()
                .put(
                        "voucher",
                        new JsonObject()
                                .put("channel", voucher.getJsonObject("channelConfig"))
                                .put("maxClaimableAmount", "10000"))
                .put("signature", voucher.getJsonObject("voucher").getString("signature"))
                .put("totalClaimed", "4000");
        return new JsonObject().put("type", "claim").put("claims", new JsonArray().add(row));
    }

    private static JsonObject channelRequirements(Till shop) {
        return new JsonObject()
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
                                .put(
                                        "receiverAuthorizer",
                                        RestAssured.get("/facilitator/supported")
                                                .jsonPath()
                                                .getString("signers.'eip155:*'[0]"))
                                .put("withdrawDelay", 900));
    }

    static String text(Database database, String query, UUID id) {
        return database.inTransaction(session -> session.createNativeQuery(query, String.class)
                        .setParameter("id", id)
                        .getSingleResult())
                .await()
                .atMost(LONG);
    }

    private boolean settling(JsonObject held) {
        return state(id(held)).equals("settling");
    }

    private String state(UUID hold) {
        return text(database, "select state from hold where id = :id", hold);
    }

    static UUID id(JsonObject held) {
        return UUID.fromString(held.getString("holdId"));
    }

    /** Whether the chain puts what it is sent into a block at once. What waited is in one block first. */
    private static void mining(boolean automatic) {
        rpc("evm_setAutomine", automatic);
        if (automatic) {
            rpc("evm_mine");
        }
    }

    static void rpc(String method, Object... parameters) {
        var params = new JsonArray();
        for (var parameter : parameters) {
            params.add(parameter);
        }
        RestAssured.given()
                .baseUri(PaymentStack.rpcUrl())
                .contentType("application/json")
                .body(new JsonObject()
                        .put("jsonrpc", "2.0")
                        .put("id", 1)
                        .put("method", method)
                        .put("params", params)
                        .encode())
                .post("/")
                .then()
                .statusCode(200);
    }
}
