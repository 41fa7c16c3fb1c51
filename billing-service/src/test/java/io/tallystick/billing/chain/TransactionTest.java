package io.tallystick.billing.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.billing.chain.TransactionState.Planned;
import io.tallystick.billing.chain.TransactionState.Refused;
import io.tallystick.billing.money.Address;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransactionTest {
    private static final Intent INTENT = new Intent("exact:1", new Call(Address.ZERO, "0x"));

    /** Whoever asks between the two would let the same payment pass a second time. */
    @Test
    void isWantedBeforeAnythingIsSigned() {
        assertThat(new Transaction(INTENT, new Planned(), List.of(), 0).wanted())
                .isTrue();
    }

    @Test
    void isNotWantedOnceTheContractRefused() {
        assertThat(new Transaction(INTENT, new Refused("no balance"), List.of(), 1).wanted())
                .isFalse();
    }
}
