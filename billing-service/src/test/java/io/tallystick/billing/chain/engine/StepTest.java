package io.tallystick.billing.chain.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.billing.chain.Attempt;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.Fees;
import io.tallystick.billing.chain.Inclusion;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.chain.TransactionState.Final;
import io.tallystick.billing.chain.TransactionState.Mined;
import io.tallystick.billing.chain.TransactionState.Planned;
import io.tallystick.billing.chain.TransactionState.Reverted;
import io.tallystick.billing.chain.TransactionState.Sent;
import io.tallystick.billing.chain.TransactionState.Signed;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.Bytes32;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StepTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Fees CHEAP = new Fees(BigInteger.valueOf(1_001), BigInteger.valueOf(7));
    private static final Bytes32 HASH = new Bytes32("0x" + "1".repeat(64));
    private static final Patience PATIENCE =
            new Patience(Duration.ofSeconds(15), Duration.ofSeconds(45), BigInteger.valueOf(1_200));
    private static final Inclusion IN_BLOCK_9 = inclusion(9, true);

    @Test
    void aPlanIsSigned() {
        assertThat(step(new Planned(), unseen(0, 0))).isEqualTo(new Step.Sign());
    }

    @Nested
    class GivenItIsSigned {
        final TransactionState signed = new Signed(5, NOW.minusSeconds(3_600));

        @Test
        void sendsTheStoredBytesHoweverOldTheyAre() {
            assertThat(step(signed, unseen(5, 5))).isEqualTo(new Step.Send(attempt(NOW), false));
        }

        @Test
        void findsThatTheSendingHappenedBeforeAProcessDied() {
            assertThat(step(signed, seen(IN_BLOCK_9, 3))).isEqualTo(new Step.Become(new Mined(5, IN_BLOCK_9)));
        }

        @Test
        void plansAnewWhenTheNonceIsGoneForGood() {
            assertThat(step(signed, unseen(6, 6))).isEqualTo(new Step.Become(new Planned()));
        }
    }

    @Nested
    class GivenItWasSent {
        final TransactionState sent = new Sent(5, NOW.minusSeconds(10));

        @Test
        void waits() {
            assertThat(step(sent, unseen(5, 5))).isEqualTo(new Step.Wait());
        }

        @Test
        void givesItToTheNodeAgainAfterAWhile() {
            assertThat(step(new Sent(5, NOW.minusSeconds(15)), unseen(5, 5)))
                    .isEqualTo(new Step.Send(attempt(NOW), false));
        }

        @Test
        void waitsWhileAStrangersUseOfTheNonceMayBeUndone() {
            assertThat(step(sent, unseen(6, 5))).isEqualTo(new Step.Wait());
        }

        @Test
        void plansAnewOnceItCannot() {
            assertThat(step(sent, unseen(6, 6))).isEqualTo(new Step.Become(new Planned()));
        }

        @Test
        void offersAnEighthMoreRoundedUpWhenItTakesTooLong() {
            var old = attempt(NOW.minusSeconds(45));
            var raised = new Fees(BigInteger.valueOf(1_127), BigInteger.valueOf(8));

            assertThat(step(sent, old, unseen(5, 5))).isEqualTo(new Step.Replace(old, raised));
        }

        @Test
        void offersNoMoreThanTheCapAndSaysSo() {
            var fees = new Fees(BigInteger.valueOf(1_100), BigInteger.ONE);
            var old = new Attempt(HASH, 5, "0x02", fees, 21_000, NOW.minusSeconds(45));

            assertThat(step(new Sent(5, NOW.minusSeconds(15)), old, unseen(5, 5)))
                    .isEqualTo(new Step.Send(old, true));
        }
    }

    @Nested
    class GivenItIsMined {
        final TransactionState mined = new Mined(5, IN_BLOCK_9);

        @Test
        void waitsUntilItsBlockIsFinal() {
            assertThat(step(mined, seen(IN_BLOCK_9, 8))).isEqualTo(new Step.Wait());
            assertThat(step(mined, seen(IN_BLOCK_9, 9))).isEqualTo(new Step.Become(new Final(IN_BLOCK_9)));
        }

        @Test
        void tellsARefusalOfTheContract() {
            var failed = inclusion(9, false);

            assertThat(step(new Mined(5, failed), seen(failed, 9))).isEqualTo(new Step.Become(new Reverted(failed)));
        }

        @Test
        void goesBackToSentWhenItsBlockIsGone() {
            assertThat(step(mined, unseen(5, 5))).isEqualTo(new Step.Become(new Sent(5, Instant.EPOCH)));
        }

        @Test
        void doesNotCountConfirmationsOfABlockItIsNoLongerIn() {
            var elsewhere = inclusion(8, true);

            assertThat(step(mined, seen(elsewhere, 9))).isEqualTo(new Step.Become(new Mined(5, elsewhere)));
        }
    }

    private static Step step(TransactionState state, Sighting sighting) {
        return step(state, attempt(NOW), sighting);
    }

    private static Step step(TransactionState state, Attempt attempt, Sighting sighting) {
        var call = new Call(Address.ZERO, "0x");
        return Step.next(new Transaction(new Intent("key", call), state, List.of(attempt), 1), sighting, PATIENCE, NOW);
    }

    private static Sighting unseen(long used, long finallyUsed) {
        return new Sighting(9, used, finallyUsed, Optional.empty(), CHEAP);
    }

    private static Sighting seen(Inclusion inclusion, long finalBlock) {
        return new Sighting(finalBlock, 6, 5, Optional.of(inclusion), CHEAP);
    }

    private static Attempt attempt(Instant signedAt) {
        return new Attempt(HASH, 5, "0x02", CHEAP, 21_000, signedAt);
    }

    private static Inclusion inclusion(long block, boolean succeeded) {
        return new Inclusion(
                HASH, block, new Bytes32("0x" + "b".repeat(63) + block), succeeded, 50_000, BigInteger.ONE);
    }
}
