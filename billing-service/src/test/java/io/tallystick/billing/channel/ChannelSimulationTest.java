package io.tallystick.billing.channel;

import static io.tallystick.billing.channel.ExampleChannels.PAYER;
import static io.tallystick.billing.channel.ExampleChannels.reading;
import static io.tallystick.billing.channel.ExampleChannels.usdc;
import static io.tallystick.billing.channel.ExampleChannels.voucher;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.billing.money.Ratio;
import io.tallystick.billing.money.TokenAmount;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * However vouchers, calls and blocks follow each other, including exits and reorganisations: no decision
 * promises more than is signed and deposited, signed and charged totals never fall, final totals never
 * fall, and what was charged is what the calls cost, rounded down once.
 */
class ChannelSimulationTest {

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void keepsItsPromisesWhateverHappens(long seed) {
        var history = new History(new Random(seed));

        for (int step = 0; step < 200; step++) {
            var before = history.channel;
            var decision = history.step();

            var now = history.channel;
            assertThat(before.authorized().exceeds(now.authorized())).isFalse();
            assertThat(before.charged().exceeds(now.charged())).isFalse();
            assertThat(before.chain()
                            .deposited()
                            .finalized()
                            .exceeds(now.chain().deposited().finalized()))
                    .isFalse();
            assertThat(before.chain()
                            .withdrawn()
                            .finalized()
                            .exceeds(now.chain().withdrawn().finalized()))
                    .isFalse();
            assertThat(now.charged().units()).isEqualTo(history.cost.floor());
            assertThat(now.chain().balance()).isEqualTo(usdc(history.balance));
            if (decision) {
                assertThat(now.spokenFor().exceeds(now.drawable())).isFalse();
            }
        }
    }

    static LongStream seeds() {
        return LongStream.range(0, 300);
    }

    private static final class History {
        final Random random;
        final Deque<TokenAmount> holds = new ArrayDeque<>();
        Channel channel = ExampleChannels.deposited(0);
        Ratio cost = Ratio.ZERO;
        long block = 1;
        long balance;

        History(Random random) {
            this.random = random;
        }

        /** Returns whether the step was a decision to promise more, and it was taken. */
        boolean step() {
            return switch (random.nextInt(8)) {
                case 0, 1 -> accept();
                case 2, 3 -> hold();
                case 4 -> capture();
                case 5 -> release();
                case 6 -> look(random.nextInt(5) == 0);
                default -> settle();
            };
        }

        private boolean accept() {
            if (channel.accept(voucher(random.nextInt(3000)), PAYER)
                    instanceof VoucherResult.Accepted(var next, var _)) {
                channel = next;
            }
            return false;
        }

        private boolean hold() {
            var maximum = usdc(random.nextInt(200));
            if (channel.hold(maximum) instanceof HoldResult.Held(var next)) {
                channel = next;
                holds.add(maximum);
                return true;
            }
            return false;
        }

        private boolean capture() {
            if (holds.isEmpty()) {
                return false;
            }
            var maximum = holds.remove();
            var thirds =
                    new Ratio(maximum.units().multiply(BigInteger.valueOf(random.nextInt(4))), BigInteger.valueOf(3));
            var capture = channel.capture(maximum, thirds);
            channel = capture.channel();
            cost = cost.plus(thirds);
            return false;
        }

        private boolean release() {
            if (!holds.isEmpty()) {
                channel = channel.release(holds.remove());
            }
            return false;
        }

        private boolean look(boolean leaving) {
            balance = Math.max(0, balance + random.nextInt(900) - 300);
            block++;
            channel = channel.seen(reading(block, balance, random.nextInt(3000), leaving ? 9 : 0, 0));
            return false;
        }

        private boolean settle() {
            channel = channel.finalized(reading(block - random.nextInt(2), balance, 0, 0, 0));
            return false;
        }
    }
}
