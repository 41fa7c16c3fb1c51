package io.tallystick.billing.chain.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.billing.chain.Attempt;
import io.tallystick.billing.chain.Call;
import io.tallystick.billing.chain.Intent;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.chain.TransactionState.Final;
import io.tallystick.billing.chain.engine.Node.NodeSilentException;
import io.tallystick.billing.money.Address;
import io.tallystick.billing.signature.PrivateKey;
import io.tallystick.billing.signature.curve.Signatures;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens (answers lost before or after they took effect, a process that dies between any two steps, one that
 * sleeps there while another takes over, blocks undone, a node that forgets, a stranger with the same key), each intent
 * happens once on the chain, and what is called final is there. One seed is one history; a failure prints its seed.
 */
class EngineSimulationTest {
    private static final int CONFIRMATIONS = 4;
    private static final int STEPS = 120;
    private static final PrivateKey KEY = PrivateKey.parse("0x" + "0".repeat(63) + "7");
    private static final RawTransactions RAW = new RawTransactions(84532, KEY, Signatures.fastest());
    private static final Engine.Rules RULES = new Engine.Rules(
            new Patience(Duration.ofSeconds(15), Duration.ofSeconds(45), BigInteger.TWO.pow(100)),
            CONFIRMATIONS,
            false,
            BigInteger.TEN);

    private static final class Died extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 400);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void eachIntentHappensOnce(long seed) {
        var world = new World(new Random(seed));

        for (int step = 0; step < STEPS; step++) {
            world.step();
        }
        world.calmDown();

        world.holds();
    }

    private static final class World {
        private final Random random;
        private final SimulatedChain chain;
        private final RememberedTransactions store = new RememberedTransactions();
        private final List<Intent> intents = new ArrayList<>();
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");
        private boolean wild = true;

        World(Random random) {
            this.random = random;
            this.chain = new SimulatedChain(random);
            chain.silence = random.nextInt(3) * 5;
        }

        void step() {
            now = now.plusSeconds(random.nextInt(20));
            switch (random.nextInt(12)) {
                case 0, 1 -> submit();
                case 2, 3, 4 -> work("a");
                case 5, 6 -> work("b");
                case 7, 8, 9 -> chain.mine();
                case 10 -> chain.reorganise(1 + random.nextInt(CONFIRMATIONS - 1));
                default -> trouble();
            }
        }

        private void trouble() {
            if (random.nextBoolean()) {
                chain.forgetPool();
            } else {
                chain.stranger();
            }
        }

        private void submit() {
            var intent = new Intent(
                    "intent:" + intents.size(), new Call(Address.ZERO, "0x" + "%08x".formatted(intents.size() + 1)));
            store.add(intent, now);
            if (random.nextInt(4) == 0) {
                store.add(intent, now);
            }
            intents.add(intent);
        }

        private void work(String worker) {
            var lease = store.lease(worker, Duration.ZERO).orElseThrow();
            try {
                engine(worker).work(lease);
            } catch (Died | NodeSilentException e) {
                // The next turn knows nothing but what is stored.
            }
        }

        private Engine engine(String worker) {
            return new Engine(chain, store, RAW, RULES, clock(), _ -> interrupt(worker), new Engine.Listener() {
                @Override
                public void changed(Transaction before, TransactionState after) {
                    assertThat(before.state().settled()).isFalse();
                }

                @Override
                public void stuck(Transaction transaction, String why) {
                    // Nothing to check: it goes on.
                }
            });
        }

        /** Here a process may die, or sleep while another takes its place. */
        private void interrupt(String worker) {
            if (!wild) {
                return;
            }
            switch (random.nextInt(12)) {
                case 0 -> throw new Died();
                case 1 -> {
                    chain.mine();
                    if (worker.equals("a")) {
                        work("b");
                    }
                }
                default -> {}
            }
        }

        private Clock clock() {
            return Clock.fixed(now, ZoneOffset.UTC);
        }

        void calmDown() {
            wild = false;
            chain.silence = 0;
            for (int turn = 0; turn < 2_000 && !store.open(1).isEmpty(); turn++) {
                now = now.plusSeconds(20);
                work("c");
                chain.mine();
            }
        }

        void holds() {
            assertThat(store.open(10)).isEmpty();
            for (var intent : intents) {
                var transaction = store.find(List.of(intent.key())).getFirst();
                assertThat(chain.executions(intent.call().data()))
                        .as(intent.key())
                        .isOne();
                assertThat(transaction.state()).isInstanceOf(Final.class);
                var inclusion = ((Final) transaction.state()).inclusion();
                assertThat(chain.receipts(List.of(inclusion.hash()))).containsValue(inclusion);
                assertThat(transaction.attempts().stream().map(Attempt::hash)).contains(inclusion.hash());
            }
        }
    }
}
