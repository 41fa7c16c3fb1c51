package io.tallystick.billing.x402;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.channel.Database;
import io.tallystick.billing.payment.PaymentStack;
import io.tallystick.events.CallMetered;
import io.tallystick.kit.outbox.Outbox;
import io.tallystick.kit.outbox.OutboxMessage;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A gateway that died between a call's usage event and its capture loses nothing. */
@QuarkusTest
@WithTestResource(PaymentStack.class)
class CallMeteredTest {
    static final Duration LONG = Duration.ofSeconds(60);

    @Inject
    Transactions transactions;

    @Inject
    Database database;

    @Inject
    Outbox outbox;

    @Test
    void chargesACallThatTheGatewayOnlyMetered() {
        var till = Till.open();
        var wallet = Till.wallet(transactions, 1_000_000);
        var offer = till.offer(2970);
        var held = till.pay(2970, offer, wallet.deposit(offer, 1000, 100_000));

        metered(database, outbox, till, held, 300);
        metered(database, outbox, till, held, 300);

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(till.channel(wallet, offer).getString("charged"))
                        .isEqualTo("110"));
        assertThat(till.capture(held, 300).getString("chargedUnits")).isEqualTo("110");
        assertThat(till.channel(wallet, offer).getString("charged")).isEqualTo("110");
    }

    static void metered(Database database, Outbox outbox, Till till, JsonObject held, long tokens) {
        var event = new CallMetered(
                till.tenant,
                held.getString("holdId"),
                held.getString("subject"),
                "/v1/embeddings",
                "m1",
                Map.of("requests", BigInteger.ONE, "input_uncached", BigInteger.valueOf(tokens)),
                "provider_final",
                held.getString("holdId"),
                Instant.now());
        var message = OutboxMessage.of("/metering-service", event, Instant.now());
        database.inTransaction(session -> outbox.put(session, List.of(message)))
                .await()
                .atMost(LONG);
    }
}
