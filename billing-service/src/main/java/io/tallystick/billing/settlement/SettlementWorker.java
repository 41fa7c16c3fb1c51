package io.tallystick.billing.settlement;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.tallystick.billing.chain.ChainSigner;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.chain.engine.TransactionStore.Heads;
import io.tallystick.billing.channel.Channel;
import io.tallystick.billing.channel.ChannelTimes;
import io.tallystick.billing.channel.Channels;
import io.tallystick.billing.channel.OnChain;
import io.tallystick.kit.problem.UnavailableException;
import io.tallystick.kit.problem.Workers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Looks at channels and settlements again and again. Several processes may do so at once: a channel is in one open
 * settlement only, and following one twice changes nothing.
 */
@ApplicationScoped
class SettlementWorker {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** Each of a hundred settlements may wait for the node. */
    private static final Duration LONGEST_TURN = Duration.ofMinutes(30);

    private static final int READ_AT_ONCE = 100;

    private final Planner planner;
    private final Follower follower;
    private final Readings readings;
    private final Channels channels;
    private final ChainSigner signer;
    private final Transactions transactions;
    private final SettlementConfig config;
    private final Workers workers;
    private final Clock clock = Clock.systemUTC();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private Optional<Thread> thread = Optional.empty();

    SettlementWorker(
            Planner planner,
            Follower follower,
            Readings readings,
            Channels channels,
            ChainSigner signer,
            Transactions transactions,
            SettlementConfig config,
            Workers workers) {
        this.planner = planner;
        this.follower = follower;
        this.readings = readings;
        this.channels = channels;
        this.signer = signer;
        this.transactions = transactions;
        this.config = config;
        this.workers = workers;
    }

    void start(@Observes StartupEvent event) {
        if (signer.address().isPresent()) {
            thread = Optional.of(Thread.ofVirtual().name("settlement-worker").start(this::run));
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopped.countDown();
        if (thread.isPresent()) {
            thread.get().join(PATIENCE);
        }
    }

    private void run() {
        var worker = workers.watch("settlement worker", LONGEST_TURN);
        try {
            do {
                worker.comesRound();
                turn();
            } while (!stopped.await(config.interval().toMillis(), TimeUnit.MILLISECONDS));
            worker.ends();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void turn() {
        try {
            turn(clock.instant());
        } catch (UnavailableException e) {
            Log.warnf("settlement waits, dependency=%s, cause=%s", e.dependency(), e.getCause());
        } catch (RuntimeException e) {
            Log.error("a turn of settlement failed, the next one goes on", e);
        }
    }

    /** In this order: what is read now may make a claim due, and what is planned now is submitted at once. */
    private void turn(Instant now) {
        watch(now);
        planner.planDue(now);
        follower.follow(now);
    }

    /** A payer asks for its deposit on the contract and nowhere else; and a deposit grows final without our doing. */
    private void watch(Instant now) {
        var stale = channels.seenBefore(now.minus(config.watchAfter()), READ_AT_ONCE).await().atMost(PATIENCE).stream()
                .map(ChannelTimes::channel)
                .toList();
        readings.newest(stale.stream().map(Channel::id).toList(), now);
        transactions
                .stored()
                .heads()
                .map(Heads::finalBlock)
                .filter(block -> block >= 0)
                .ifPresent(block -> readings.atFinalBlock(
                        stale.stream()
                                .filter(channel -> !isFinal(channel.chain()))
                                .map(Channel::id)
                                .toList(),
                        block,
                        now));
    }

    private static boolean isFinal(OnChain chain) {
        return Stream.of(chain.deposited(), chain.withdrawn(), chain.claimed())
                .allMatch(total -> total.pending().equals(total.finalized()));
    }
}
