package io.tallystick.billing.payment.hold;

import static io.tallystick.billing.channel.ExampleChannels.PAYER;
import static io.tallystick.billing.channel.ExampleChannels.STRANGER;
import static io.tallystick.billing.channel.ExampleChannels.cost;
import static io.tallystick.billing.channel.ExampleChannels.deposited;
import static io.tallystick.billing.channel.ExampleChannels.reading;
import static io.tallystick.billing.channel.ExampleChannels.usdc;
import static io.tallystick.billing.channel.ExampleChannels.voucher;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.VoucherResult;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.payment.hold.HoldDecision.Answer;
import io.tallystick.billing.payment.hold.HoldDecision.Take;
import io.tallystick.billing.payment.hold.HoldDecision.Tell;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Each call here costs 100 at most. */
class HoldDecisionTest {
    static final Answer BUSY = new Answer(Taken.Not.BUSY);

    @Nested
    class GivenAQuietChannel {
        final Channel channel = deposited(1000);

        @Test
        void takesAVoucherThatCoversTheCall() {
            assertThat(decide(channel, 100)).isInstanceOf(Take.class);
        }

        @Test
        void tellsAPayerWhoSignedTooLittle() {
            assertThat(decide(channel, 99)).isEqualTo(new Tell(accepted(channel, 99)));
        }

        @Test
        void tellsAPayerWhoSignedMoreThanItDeposited() {
            assertThat(decide(channel, 1001)).isEqualTo(new Tell(channel));
        }

        @Test
        void refusesAStranger() {
            assertThat(decide(channel, 100, STRANGER, false, false)).isEqualTo(new Answer(Taken.Not.WRONG_SIGNER));
        }

        @Test
        void letsThePayerWhoWasToldOurBooksGoFirst() {
            assertThat(decide(channel, 99, PAYER, false, true)).isEqualTo(BUSY);
            assertThat(decide(channel, 100, PAYER, false, true)).isInstanceOf(Take.class);
        }
    }

    @Nested
    class GivenACallThatWasCharged {
        final Channel charged = ((Take) decide(deposited(1000), 500))
                .channel()
                .capture(usdc(100), cost(30))
                .channel();

        @Test
        void sellsNothingForAnOldVoucherReplayed() {
            assertThat(decide(charged, 100)).isEqualTo(new Tell(charged));
            assertThat(decide(charged, 129)).isEqualTo(new Tell(charged));
            assertThat(decide(charged, 130)).isInstanceOf(Take.class);
        }

        @Test
        void sellsNothingForThatVeryPaymentHoweverMuchItSigned() {
            assertThat(decide(charged, 500, PAYER, true, false)).isEqualTo(new Tell(charged));
        }
    }

    @Nested
    class GivenACallUnderWay {
        final Channel busy = ((Take) decide(deposited(1000), 100)).channel();

        @Test
        void waitsForItBeforeItTellsAnything() {
            assertThat(decide(busy, 100)).isEqualTo(BUSY);
            assertThat(decide(busy, 1001)).isEqualTo(BUSY);
        }

        @Test
        void takesAVoucherThatCoversBoth() {
            assertThat(decide(busy, 200)).isInstanceOf(Take.class);
        }
    }

    @Nested
    class GivenAPayerThatAskedToLeave {
        final Channel closing = deposited(1000).seen(reading(2, 1000, 0, 9, 0));

        @Test
        void servesNoMore() {
            assertThat(decide(closing, 100)).isEqualTo(new Answer(Taken.Not.CHANNEL_CLOSING));
        }
    }

    static HoldDecision decide(Channel channel, long signed) {
        return decide(channel, signed, PAYER, false, false);
    }

    static HoldDecision decide(Channel channel, long signed, Address signer, boolean used, boolean turnTaken) {
        return HoldDecision.of(channel, usdc(100), voucher(signed), signer, used, turnTaken);
    }

    static Channel accepted(Channel channel, long signed) {
        return ((VoucherResult.Accepted) channel.accept(voucher(signed), PAYER)).channel();
    }
}
