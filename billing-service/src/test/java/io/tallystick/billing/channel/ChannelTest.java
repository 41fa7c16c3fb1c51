package io.tallystick.billing.channel;

import static io.tallystick.billing.channel.ExampleChannels.PAYER;
import static io.tallystick.billing.channel.ExampleChannels.STRANGER;
import static io.tallystick.billing.channel.ExampleChannels.cost;
import static io.tallystick.billing.channel.ExampleChannels.deposited;
import static io.tallystick.billing.channel.ExampleChannels.reading;
import static io.tallystick.billing.channel.ExampleChannels.usdc;
import static io.tallystick.billing.channel.ExampleChannels.voucher;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.billing.channel.VoucherResult.Accepted;
import io.tallystick.billing.channel.VoucherResult.AlreadyCovered;
import io.tallystick.billing.money.Ratio;
import java.math.BigInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ChannelTest {

    @Nested
    class GivenADeposit {
        final Channel channel = deposited(1000);

        @Test
        void acceptsTheWholeDepositAndNotOneUnitMore() {
            assertThat(channel.accept(voucher(1000), PAYER)).isInstanceOf(Accepted.class);
            assertThat(channel.accept(voucher(1001), PAYER)).isEqualTo(VoucherResult.Rejected.DEPOSIT_EXCEEDED);
        }

        @Test
        void acceptsTheSignersVoucherOnly() {
            assertThat(channel.accept(voucher(1), STRANGER)).isEqualTo(VoucherResult.Rejected.WRONG_SIGNER);
        }

        @Test
        void holdsNothingThatIsNotSigned() {
            assertThat(channel.hold(usdc(1))).isEqualTo(HoldResult.Refused.NOT_AUTHORIZED);
        }
    }

    @Nested
    class GivenAVoucher {
        final Channel channel = signed(deposited(1000), 600);

        @Test
        void answersARetryWithoutChangingAnything() {
            assertThat(channel.accept(voucher(600), PAYER)).isEqualTo(new AlreadyCovered(channel));
            assertThat(channel.accept(voucher(10), PAYER)).isEqualTo(new AlreadyCovered(channel));
        }

        @Test
        void leavesToAccountsWhatWasSignedForThemAndNotSpokenFor() {
            var speaking = held(channel, 400);

            assertThat(speaking.roomForAccounts(usdc(0))).isEqualTo(usdc(0));
            assertThat(speaking.roomForAccounts(usdc(450))).isEqualTo(usdc(50));
            assertThat(speaking.roomForAccounts(usdc(900))).isEqualTo(usdc(200));
        }

        @Test
        void holdsAsMuchAsIsSignedAndNotOneUnitMore() {
            var once = held(channel, 400);

            assertThat(held(once, 200).held()).isEqualTo(usdc(600));
            assertThat(once.hold(usdc(201))).isEqualTo(HoldResult.Refused.NOT_AUTHORIZED);
        }

        @Test
        void chargesTheCostAndLetsTheRestOfTheHoldGo() {
            var capture = held(channel, 400).capture(usdc(400), cost(123));

            assertThat(capture.charge()).isEqualTo(usdc(123));
            assertThat(capture.channel().charged()).isEqualTo(usdc(123));
            assertThat(capture.channel().held()).isEqualTo(usdc(0));
        }

        @Test
        void neverChargesAboveTheHold() {
            var capture = held(channel, 400).capture(usdc(400), cost(401));

            assertThat(capture.charge()).isEqualTo(usdc(400));
            assertThat(capture.uncovered()).isEqualTo(usdc(1));
        }

        @Test
        void roundsTheRunningTotalAndNotEachCall() {
            var now = channel;
            for (int call = 0; call < 1000; call++) {
                now = held(now, 1)
                        .capture(usdc(1), new Ratio(BigInteger.ONE, BigInteger.valueOf(3)))
                        .channel();
            }
            assertThat(now.charged()).isEqualTo(usdc(333));
        }

        @Test
        void chargesALateCallAsFarAsTheVoucherStillCoversIt() {
            var lapsed = held(channel, 400).release(usdc(400));

            assertThat(lapsed.captureLate(usdc(400), cost(300)).charge()).isEqualTo(usdc(300));
            var capture = held(lapsed, 500).captureLate(usdc(400), cost(300));
            assertThat(capture.charge()).isEqualTo(usdc(100));
            assertThat(capture.uncovered()).isEqualTo(usdc(200));
            assertThat(capture.channel().held()).isEqualTo(usdc(500));
        }

        @Test
        void doesNotServeMoneyThatIsOnItsWayBack() {
            var refunding = channel.refunding(usdc(1000)).orElseThrow();

            assertThat(refunding.hold(usdc(1))).isEqualTo(HoldResult.Refused.NOT_DEPOSITED);
            assertThat(refunding.refunding(usdc(1))).isEmpty();
            assertThat(refunding.refunded().hold(usdc(1))).isInstanceOf(HoldResult.Held.class);
        }

        @Test
        void takesARefundOffOnceWhetherABlockHasItOrNot() {
            var refunding = channel.refunding(usdc(400)).orElseThrow();
            assertThat(refunding.drawable()).isEqualTo(usdc(600));

            var mined = refunding.seen(reading(2, 600, 0, 0, 1));
            assertThat(mined.drawable()).isEqualTo(usdc(600));
            assertThat(mined.refunding(usdc(1))).isEmpty();

            var undone = mined.seen(reading(3, 1000, 0, 0, 0));
            assertThat(undone.drawable()).isEqualTo(usdc(600));
            assertThat(undone.refunded().drawable()).isEqualTo(usdc(1000));
        }

        @Test
        void doesNotRefundWhatIsHeldOrCharged() {
            var used = held(held(channel, 100).capture(usdc(100), cost(100)).channel(), 50);

            assertThat(used.refunding(usdc(851))).isEmpty();
            assertThat(used.refunding(usdc(850))).isPresent();
        }

        @Test
        void neverHasMoreSpokenForThanSigned() {
            assertThatIllegalArgumentException().isThrownBy(() -> channel.release(usdc(1)));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> held(channel, 600).capture(usdc(601), cost(1)));
        }
    }

    @Nested
    class GivenAPayerThatAskedToLeave {
        final Channel channel = held(signed(deposited(1000), 600), 400).seen(reading(2, 1000, 0, 17, 0));

        @Test
        void servesNoMore() {
            assertThat(channel.hold(usdc(1))).isEqualTo(HoldResult.Refused.CHANNEL_CLOSING);
            assertThat(channel.accept(voucher(700), PAYER)).isEqualTo(VoucherResult.Rejected.CHANNEL_CLOSING);
        }

        @Test
        void stillAnswersARetryAndChargesTheCallUnderWay() {
            assertThat(channel.accept(voucher(600), PAYER)).isEqualTo(new AlreadyCovered(channel));
            assertThat(channel.capture(usdc(400), cost(300)).charge()).isEqualTo(usdc(300));
        }

        @Test
        void namesWhatTheExitLeftUncovered() {
            var left = channel.capture(usdc(400), cost(300)).channel().seen(reading(3, 100, 100, 0, 0));

            assertThat(left.shortfall()).isEqualTo(usdc(200));
            assertThat(left.closing()).isTrue();
            assertThat(left.exposure()).isEqualTo(usdc(200));
        }

        @Test
        void opensAgainAfterANewDeposit() {
            var again = channel.release(usdc(400)).seen(reading(3, 0, 0, 0, 0)).seen(reading(4, 500, 0, 0, 0));

            assertThat(again.hold(usdc(500))).isInstanceOf(HoldResult.Held.class);
        }
    }

    @Nested
    class GivenAChainThatKnewTheChannelBefore {
        @Test
        void beginsAtWhatWasClaimed() {
            var channel = ExampleChannels.opened(reading(1, 900, 250, 0, 0));

            assertThat(channel.charged()).isEqualTo(usdc(250));
            assertThat(channel.earned()).isEqualTo(usdc(0));
            assertThat(channel.exposure()).isEqualTo(usdc(0));
            assertThat(channel.accept(voucher(250), PAYER)).isInstanceOf(AlreadyCovered.class);
        }
    }

    @Nested
    class GivenAReorganisation {
        final Channel channel = deposited(1000).finalized(reading(5, 1000, 0, 0, 0));

        @Test
        void takesPendingBackAndNothingFinal() {
            var withdrawn = channel.seen(reading(6, 400, 100, 0, 1));
            assertThat(withdrawn.drawable()).isEqualTo(usdc(400));
            assertThat(withdrawn.chain().withdrawn().pending()).isEqualTo(usdc(600));

            var undone = withdrawn.seen(reading(7, 1000, 0, 0, 0));
            assertThat(undone.drawable()).isEqualTo(usdc(1000));
            assertThat(undone.chain().withdrawn().pending()).isEqualTo(usdc(0));
            assertThat(undone.claimed()).isEqualTo(usdc(0));
            assertThat(undone.chain().deposited().finalized()).isEqualTo(usdc(1000));
        }

        @Test
        void tellsDepositsFromRefundsByWhatTheBalanceDid() {
            var refunded = channel.seen(reading(6, 400, 100, 0, 1)).seen(reading(7, 900, 100, 0, 1));

            assertThat(refunded.chain().deposited().pending()).isEqualTo(usdc(1500));
            assertThat(refunded.chain().withdrawn().pending()).isEqualTo(usdc(600));
            assertThat(refunded.finalized(reading(7, 900, 100, 0, 1)).drawable())
                    .isEqualTo(usdc(900));
        }

        @Test
        void takesADepositBackThatIsInNoBlockAnyMore() {
            var topped = channel.seen(reading(6, 1500, 0, 0, 0)).seen(reading(7, 1000, 0, 0, 0));

            assertThat(topped.chain().deposited().pending()).isEqualTo(usdc(1000));
            assertThat(topped.chain().withdrawn().pending()).isEqualTo(usdc(0));
        }

        @Test
        void doesNotLookAtALateReading() {
            var topped = channel.seen(reading(9, 1500, 0, 0, 0));

            assertThat(topped.seen(reading(8, 1000, 0, 0, 0))).isEqualTo(topped);
            assertThat(topped.finalized(reading(4, 0, 0, 0, 0))).isEqualTo(topped);
        }

        @Test
        void keepsWhatTheNewestBlockSaidAboveTheFinalOne() {
            var topped = channel.seen(reading(9, 1500, 40, 0, 0)).finalized(reading(8, 1200, 20, 0, 0));

            assertThat(topped.drawable()).isEqualTo(usdc(1500));
            assertThat(topped.chain().finalBalance()).isEqualTo(usdc(1200));
            assertThat(topped.claimed()).isEqualTo(usdc(40));
            assertThat(topped.chain().claimed().finalized()).isEqualTo(usdc(20));
        }
    }

    static Channel signed(Channel channel, long units) {
        return ((Accepted) channel.accept(voucher(units), PAYER)).channel();
    }

    static Channel held(Channel channel, long units) {
        return ((HoldResult.Held) channel.hold(usdc(units))).channel();
    }
}
