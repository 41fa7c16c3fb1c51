package io.tallystick.billing.x402;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.channel.ExampleChannels;
import io.tallystick.billing.grant.ExampleGrants;
import io.tallystick.billing.payment.PaymentStack;
import io.tallystick.kit.access.TestIdentity;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;

/** A tenant that sells calls to a client that its gateway knows. A call of 2,970 input tokens costs 1,000 at most. */
class PrepaidTill {
    static final long MOST = 2970;

    /** One for all tests: each has a client of its own. */
    private static Till shared;

    final Till till;
    final String client = TestIdentity.randomDid();
    final JsonObject account = new JsonObject().put("did", client);
    private final Channels channels;

    PrepaidTill(Channels channels) {
        this(channels, shared());
    }

    PrepaidTill(Channels channels, Till till) {
        this.channels = channels;
        this.till = till;
    }

    private static synchronized Till shared() {
        if (shared == null) {
            shared = Till.open();
        }
        return shared;
    }

    /** A wallet of the client with a channel of 100,000, on which it signed {@code ceiling} ahead. */
    Wallet prepay(long ceiling) {
        var wallet = deposit();
        sign(wallet, ceiling);
        link(wallet);
        return wallet;
    }

    /** A wallet with a channel, as a reading of the contract brings it. */
    Wallet deposit() {
        var wallet = new Wallet();
        var offer = till.offer(MOST);
        var reading = ExampleChannels.reading(1, 100_000, 0, 0, 0);
        var channel =
                Channel.opened(wallet.channel(offer), till.tenant, wallet.config(offer), ExampleChannels.USDC, reading);
        // So that nobody looks for it on the chain meanwhile.
        channels.open(channel, Instant.now().plusSeconds(3600)).await().atMost(Duration.ofSeconds(20));
        return wallet;
    }

    /** Waits until billing has heard of it. */
    void link(Wallet wallet) {
        PaymentStack.identity().link(till.tenant, client, "eip155:84532:" + wallet.address());
        var id = wallet.channel(till.offer(MOST)).hex();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> Till.channelStatus(PaymentStack.ownToken(till.tenant, client, "billing:read"), id) == 200);
    }

    void sign(Wallet wallet, long ceiling) {
        var offer = till.offer(MOST);
        var voucher = wallet.voucher(offer, ceiling).getJsonObject("voucher");
        till.put(
                        "/v1/channels/" + wallet.channel(offer) + "/voucher",
                        new JsonObject()
                                .put("cumulativeAmount", Long.toString(ceiling))
                                .put("signature", voucher.getString("signature")))
                .statusCode(200);
    }

    JsonObject call(JsonObject by) {
        return call(UUID.randomUUID(), "a", by);
    }

    JsonObject call(UUID id, String digest, JsonObject by) {
        var asked = till.asked(id, "POST", "/v1/embeddings", MOST, digest, null).put("account", by);
        return new JsonObject(till.post("/v1/payments/authorize", asked)
                .statusCode(200)
                .extract()
                .asString());
    }

    JsonObject channel(Wallet wallet) {
        return till.channel(wallet, till.offer(MOST));
    }

    /** The client's account, as an agent of this grant spends it. */
    JsonObject by(ExampleGrants grant) {
        return account.copy()
                .put(
                        "agent",
                        new JsonObject()
                                .put("did", grant.agent())
                                .put("key", ExampleGrants.KEY)
                                .put("grant", grant.jti()));
    }

    /** One that is held. */
    JsonObject held(JsonObject by) {
        var answer = call(by);
        assertThat(isHeld(answer)).as(answer.encode()).isTrue();
        return answer;
    }

    static boolean isHeld(JsonObject answer) {
        return answer.getString("outcome").equals("held");
    }

    /** The answers to calls that are made at once. */
    static List<JsonObject> atOnce(int calls, Callable<JsonObject> call) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var asked = new ArrayList<Future<JsonObject>>();
            for (int i = 0; i < calls; i++) {
                asked.add(threads.submit(call));
            }
            var answers = new ArrayList<JsonObject>();
            for (var answer : asked) {
                answers.add(answer.get(60, SECONDS));
            }
            return answers;
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }
}
