package io.tallystick.billing.x402;

import static io.tallystick.billing.x402.PrepaidTill.atOnce;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.payment.PaymentStack;
import io.tallystick.billing.payment.hold.SweepNow;
import io.tallystick.kit.access.TestIdentity;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls of a client that signed ahead, as its gateway sees them. Each may cost 1,000 and costs 110. */
@QuarkusTest
@WithTestResource(PaymentStack.class)
class PrepaidCallsTest {
    private static final long MOST_TOKENS = PrepaidTill.MOST;

    @Inject
    Channels channels;

    @Inject
    Database database;

    @Inject
    SweepNow sweep;

    PrepaidTill shop;

    @BeforeEach
    void open() {
        shop = new PrepaidTill(channels);
    }

    @Test
    void chargesWhatWasUsedAndTellsWhatIsLeft() {
        var wallet = shop.prepay(5000);
        var held = shop.held(shop.account);
        assertThat(held.getString("subject")).isEqualTo(shop.client);
        assertThat(held.getString("maximumUnits")).isEqualTo("1000");
        assertThat(shop.channel(wallet).getString("held")).isEqualTo("1000");

        var ended = shop.till.capture(held, 300);

        assertThat(ended.getString("chargedUnits")).isEqualTo("110");
        var told = ended.getJsonObject("headers");
        assertThat(told.fieldNames())
                .containsExactlyInAnyOrder(
                        "Tallystick-Charged", "Tallystick-Held", "Tallystick-Remaining", "Tallystick-Asset");
        assertThat(told.getString("Tallystick-Charged")).isEqualTo("110");
        assertThat(told.getString("Tallystick-Held")).isEqualTo("0");
        assertThat(told.getString("Tallystick-Remaining")).isEqualTo("4890");
        assertThat(shop.till.capture(held, 300)).isEqualTo(ended);
        assertThat(shop.channel(wallet).getString("charged")).isEqualTo("110");
    }

    @Test
    void refusesWithAnOfferAndSaysHowToTopUp() {
        var wallet = shop.prepay(1500);
        shop.till.capture(shop.held(shop.account), MOST_TOKENS);

        var refused = shop.call(shop.account);

        assertThat(refused.getInteger("status")).isEqualTo(402);
        assertThat(refused.getString("reason"))
                .contains("may cost 1000 ", "room for more than 500.", "/v1/channels/{id}/voucher");
        assertThat(Till.required(refused).getJsonArray("accepts")).isNotEmpty();
        shop.sign(wallet, 2000);
        assertThat(PrepaidTill.isHeld(shop.call(shop.account))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "10, 10", "10, 5", "100, 100", "100, 50"})
    void budgetRace(int calls, int paid) {
        // Room for the last call's maximum, and for no more.
        var wallet = shop.prepay(paid * 110L + 890);

        var answers = atOnce(calls, () -> {
            var answer = shop.call(shop.account);
            return PrepaidTill.isHeld(answer) ? shop.till.capture(answer, 300) : answer;
        });

        assertThat(answers)
                .filteredOn(answer -> "110".equals(answer.getString("chargedUnits")))
                .hasSize(paid);
        assertThat(answers)
                .filteredOn(answer -> Objects.equals(answer.getInteger("status"), 402))
                .hasSize(calls - paid);
        var after = shop.channel(wallet);
        assertThat(after.getString("charged")).isEqualTo(Long.toString(paid * 110L));
        assertThat(after.getString("held")).isEqualTo("0");
    }

    @Test
    void holdsThatNobodyEndsAreFreeAgain() {
        var wallet = shop.prepay(5000);
        shop.held(shop.account);
        var answers = atOnce(4, () -> shop.call(shop.account));
        assertThat(answers).allMatch(PrepaidTill::isHeld);
        assertThat(shop.channel(wallet).getString("held")).isEqualTo("5000");

        expireAll();

        assertThat(shop.channel(wallet).getString("held")).isEqualTo("0");
        assertThat(shop.till.capture(answers.getFirst(), 300).getString("chargedUnits"))
                .isEqualTo("110");
        assertThat(shop.channel(wallet).getString("charged")).isEqualTo("110");
    }

    @Test
    void paysFromEachOfItsChannels() {
        shop.prepay(1000);
        shop.prepay(1000);
        var first = shop.held(shop.account);
        shop.held(shop.account);

        assertThat(shop.till
                        .capture(first, MOST_TOKENS)
                        .getJsonObject("headers")
                        .getString("Tallystick-Held"))
                .isEqualTo("1000");
    }

    @Test
    void theSameCallAgainIsAnsweredWithItsHoldAndAnotherRequestIsNot() {
        shop.prepay(5000);
        var id = UUID.randomUUID();
        var first = shop.call(id, "a", shop.account);

        assertThat(shop.call(id, "a", shop.account)).isEqualTo(first);
        assertThat(shop.call(id, "b", shop.account).getString("reason")).isEqualTo("call_id_of_another_request");
        shop.till.capture(first, 300);
        assertThat(shop.call(id, "a", shop.account).getString("state")).isEqualTo("captured");
    }

    @Test
    void replayOfAProofOnAPaidCall() {
        shop.prepay(5000);
        var proof = new JsonObject()
                .put("key", "k".repeat(43))
                .put("id", UUID.randomUUID().toString())
                .put("usableUntil", Instant.now().plusSeconds(60).toString());
        var proven = shop.account.copy().put("proof", proof);
        var id = UUID.randomUUID();

        assertThat(PrepaidTill.isHeld(shop.call(id, "a", proven))).isTrue();
        var replayed = shop.call(proven);

        assertThat(replayed.getInteger("status")).isEqualTo(401);
        assertThat(PrepaidTill.isHeld(shop.call(id, "a", proven)))
                .as("the gateway's own retry")
                .isTrue();
    }

    @Test
    void aVoucherThatPaidACallPaysNoOther() {
        var wallet = shop.deposit();
        var offer = shop.till.offer(PrepaidTill.MOST);
        shop.till.release(shop.till.pay(PrepaidTill.MOST, offer, wallet.voucher(offer, 1000)));
        shop.link(wallet);
        shop.prepay(1000);
        shop.till.capture(shop.held(shop.account), MOST_TOKENS);

        assertThat(shop.call(shop.account).getInteger("status")).isEqualTo(402);
        assertThat(shop.channel(wallet).getString("authorized")).isEqualTo("1000");
        assertThat(shop.channel(wallet).getString("charged")).isEqualTo("0");
    }

    @Test
    void anotherClientOrTenantSpendsNothingOfIt() {
        var wallet = shop.prepay(5000);
        var elsewhere = new PrepaidTill(channels, Till.open());
        PaymentStack.identity().link(elsewhere.till.tenant, elsewhere.client, "eip155:84532:" + wallet.address());
        elsewhere.prepay(1000);
        var stranger = new JsonObject().put("did", TestIdentity.randomDid());

        assertThat(shop.call(stranger).getInteger("status")).isEqualTo(402);
        assertThat(elsewhere.call(shop.account).getInteger("status")).isEqualTo(402);
        elsewhere.held(elsewhere.account);
        assertThat(shop.channel(wallet).getString("charged")).isEqualTo("0");
        assertThat(shop.channel(wallet).getString("held")).isEqualTo("0");
    }

    private void expireAll() {
        database.inTransaction(session -> session.createNativeQuery(
                                "update hold set expires_at = now() - interval '1 second' where state = 'open' and payer = '"
                                        + shop.client + "'")
                        .executeUpdate())
                .await()
                .atMost(Duration.ofSeconds(10));
        sweep.run();
    }
}
