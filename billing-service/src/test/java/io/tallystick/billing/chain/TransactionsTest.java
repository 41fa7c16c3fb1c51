package io.tallystick.billing.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.tallystick.billing.chain.abi.TokenCalls;
import io.tallystick.billing.chain.rpc.JsonRpc;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.ChannelId;
import jakarta.inject.Inject;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What the rest of the service sees of the chain, in a running service. */
@QuarkusTest
@WithTestResource(ChainStack.class)
class TransactionsTest {
    private static final Address TOKEN = Address.of("0x036CbD53842c5426634e7929541eC2318f3dCF7e");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Address somebody =
            new Address("0x" + UUID.randomUUID().toString().replace("-", "") + "00000000");
    private final TokenCalls token = new TokenCalls(TOKEN);

    @Inject
    Transactions transactions;

    @Inject
    ChainReads reads;

    @Inject
    ChainSigner signer;

    @Inject
    JsonRpc rpc;

    @Test
    void answersWithinABlockAndLaterThatItIsFinal() {
        var intent = new Intent("mint:" + somebody, token.mint(somebody, BigInteger.TEN));

        transactions.submit(intent).await().atMost(PATIENCE);
        var outcome = transactions.outcome(intent.key(), 0, PATIENCE).await().atMost(PATIENCE);

        assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
        assertThat(reads.balance(TOKEN, somebody).await().atMost(PATIENCE)).isEqualTo(BigInteger.TEN);
        assertThat(transactions.submit(intent).await().atMost(PATIENCE).state())
                .isInstanceOf(TransactionState.Mined.class);
        rpc.ask(List.of(JsonRpc.Request.of("anvil_mine", "0x3"))).await().atMost(PATIENCE);
        await().atMost(PATIENCE).until(() -> state(intent) instanceof TransactionState.Final);
    }

    @Test
    void saysPendingWhenTheTimeIsOver() {
        var intent = new Intent("mint:" + somebody, token.mint(somebody, BigInteger.TEN));
        transactions.submit(intent).await().atMost(PATIENCE);

        var outcome = transactions
                .outcome(intent.key(), 50, Duration.ofMillis(300))
                .await()
                .atMost(PATIENCE);

        assertThat(outcome).isInstanceOf(Outcome.Pending.class);
    }

    @Test
    void saysWhyNothingWasSent() {
        var intent = new Intent("transfer:" + somebody, token.transfer(somebody, BigInteger.TWO.pow(100)));
        transactions.submit(intent).await().atMost(PATIENCE);

        var outcome = transactions.outcome(intent.key(), 0, PATIENCE).await().atMost(PATIENCE);

        assertThat(outcome).isInstanceOfSatisfying(Outcome.Refused.class, refused -> assertThat(refused.reason())
                .contains("exceeds balance"));
    }

    @Test
    void readsAChannelThatNobodyOpenedAsZeros() {
        var reading =
                reads.channel(new ChannelId("0x" + "a".repeat(64))).await().atMost(PATIENCE);

        assertThat(reading.balance()).isZero();
        assertThat(reading.withdrawRequestedAtSeconds()).isZero();
        assertThat(reads.hasCode(TOKEN).await().atMost(PATIENCE)).isTrue();
        assertThat(reads.hasCode(somebody).await().atMost(PATIENCE)).isFalse();
    }

    @Test
    void knowsWhoItIs() {
        assertThat(signer.address()).contains(Address.of("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
    }

    private TransactionState state(Intent intent) {
        return transactions
                .find(intent.key())
                .await()
                .atMost(PATIENCE)
                .orElseThrow()
                .state();
    }
}
