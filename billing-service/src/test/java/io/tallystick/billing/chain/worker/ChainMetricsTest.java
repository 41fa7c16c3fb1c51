package io.tallystick.billing.chain.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.Inclusion;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChainMetricsTest {
    private static final Inclusion INCLUSION = new Inclusion(
            new Bytes32("0x" + "ab".repeat(32)),
            7,
            new Bytes32("0x" + "cd".repeat(32)),
            true,
            60_000,
            BigInteger.valueOf(1_000_000_000));

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ChainMetrics metrics =
            new ChainMetrics(registry, new WorkSignal(), new ChainTraces(null, null, null, true));

    @Test
    void countsTheGasAndItsPriceOnceATransactionIsFinal() {
        metrics.changed(at(new TransactionState.Sent(3, Instant.EPOCH)), new TransactionState.Mined(3, INCLUSION));
        metrics.changed(at(new TransactionState.Mined(3, INCLUSION)), new TransactionState.Final(INCLUSION));

        assertThat(registry.get("tallystick.chain.gas").counter().count()).isEqualTo(60_000);
        assertThat(registry.get("tallystick.chain.fees.wei").counter().count()).isEqualTo(6e13);
        assertThat(count("state", "mined")).isEqualTo(1);
        assertThat(count("state", "final")).isEqualTo(1);
    }

    @Test
    void countsWhatIsSentAgainAndWhatIsTakenBack() {
        metrics.changed(at(new TransactionState.Sent(3, Instant.EPOCH)), new TransactionState.Signed(3, Instant.EPOCH));
        metrics.changed(at(new TransactionState.Mined(3, INCLUSION)), new TransactionState.Sent(3, Instant.EPOCH));
        metrics.stuck(at(new TransactionState.Sent(3, Instant.EPOCH)), "no money");

        assertThat(registry.get("tallystick.chain.replacements").counter().count())
                .isEqualTo(1);
        assertThat(registry.get("tallystick.chain.reorganisations").counter().count())
                .isEqualTo(1);
        assertThat(registry.get("tallystick.chain.stuck").counter().count()).isEqualTo(1);
    }

    @Test
    void showsTheSignersBalanceOnceItIsKnown() {
        assertThat(registry.find("tallystick.chain.signer.balance.wei").gauge()).isNull();

        metrics.balance(BigInteger.TEN.pow(18));
        metrics.balance(BigInteger.TEN.pow(17));

        assertThat(registry.get("tallystick.chain.signer.balance.wei").gauge().value())
                .isEqualTo(1e17);
    }

    private double count(String tag, String value) {
        return registry.get("tallystick.chain.transactions")
                .tag(tag, value)
                .counter()
                .count();
    }

    private static Transaction at(TransactionState state) {
        var call = new Call(new Address("0x" + "11".repeat(20)), "0x");
        return new Transaction(new Intent("claim:1", call), state, List.of(), 1);
    }
}
