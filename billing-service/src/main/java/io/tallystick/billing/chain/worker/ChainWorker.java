package io.tallystick.billing.chain.worker;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.tallystick.billing.chain.ChainConfig;
import io.tallystick.billing.chain.ChainSigner;
import io.tallystick.billing.chain.Transactions;
import io.tallystick.billing.chain.engine.Engine;
import io.tallystick.billing.chain.engine.Faults;
import io.tallystick.billing.chain.engine.Node.NodeSilentException;
import io.tallystick.billing.chain.engine.Patience;
import io.tallystick.billing.chain.engine.RawTransactions;
import io.tallystick.billing.chain.engine.TransactionStore.Lease;
import io.tallystick.billing.chain.rpc.JsonRpcNode;
import io.tallystick.kit.problem.Workers;
import io.tallystick.kit.problem.Workers.Worker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.health.Readiness;

/** Lets the engine work, in a thread of its own, while this process holds the lease. */
@ApplicationScoped
public class ChainWorker {
    private static final int TURNS_WITHOUT_WORK = 4;
    private static final Duration STRANDED_EVERY = Duration.ofMinutes(1);
    private static final Duration BALANCE_EVERY = Duration.ofSeconds(30);
    /** A node that answers slowly is asked for each of some hundred transactions. */
    private static final Duration LONGEST_TURN = Duration.ofMinutes(30);

    private static final Duration STOP_WITHIN = Duration.ofSeconds(10);

    private final String holder = UUID.randomUUID().toString();
    private final ChainConfig config;
    private final ChainSigner signer;
    private final JsonRpcNode node;
    private final Transactions transactions;
    private final ChainIdentity identity;
    private final ChainMetrics metrics;
    private final Faults faults;
    private final WorkSignal signal;
    private long lookedForStranded = System.nanoTime() - STRANDED_EVERY.toNanos();
    private final Worker worker;
    private volatile boolean stopped;
    private long balanceDueNanos = System.nanoTime();
    private Optional<Thread> thread = Optional.empty();

    ChainWorker(
            ChainConfig config,
            ChainSigner signer,
            JsonRpcNode node,
            Transactions transactions,
            @Readiness ChainIdentity identity,
            ChainMetrics metrics,
            Faults faults,
            WorkSignal signal,
            Workers workers) {
        this.config = config;
        this.signer = signer;
        this.node = node;
        this.transactions = transactions;
        this.identity = identity;
        this.metrics = metrics;
        this.faults = faults;
        this.signal = signal;
        this.worker = workers.watch("chain worker", LONGEST_TURN);
    }

    void start(@Observes StartupEvent event) {
        thread = Optional.of(Thread.ofVirtual().name("chain-worker").start(this::run));
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopped = true;
        worker.ends();
        signal.raise();
        if (thread.isPresent()) {
            thread.get().join(STOP_WITHIN);
        }
    }

    private void run() {
        var engine = signer.transactions().map(this::engine);
        Optional<Lease> lease = Optional.empty();
        while (!stopped) {
            worker.comesRound();
            var pause = config.pollInterval();
            try {
                lookForStranded();
                lease = engine.isPresent() && identity.right()
                        ? transactions.stored().lease(holder, config.leaseDuration())
                        : Optional.empty();
                if (engine.isEmpty()) {
                    identity.right();
                }
                int open = lease.isPresent() ? engine.orElseThrow().work(lease.get()) : 0;
                metrics.open(open);
                lookAtBalance();
                identity.heard(true);
                pause = open == 0 ? pause.multipliedBy(TURNS_WITHOUT_WORK) : pause;
            } catch (NodeSilentException e) {
                Log.warnf("the node is silent, cause=%s", e.getMessage());
                metrics.silent();
                identity.heard(false);
            } catch (RuntimeException e) {
                Log.error("the chain's worker failed and goes on with the next turn", e);
            }
            signal.awaitWork(pause.toNanos());
        }
        lease.ifPresent(transactions.stored()::release);
    }

    /** Not at start only: a process with another key may have left them later. */
    private void lookForStranded() {
        if (System.nanoTime() - lookedForStranded >= STRANDED_EVERY.toNanos()) {
            long stranded = transactions.stranded();
            metrics.stranded(stranded);
            identity.stranded(stranded);
            lookedForStranded = System.nanoTime();
        }
    }

    private void lookAtBalance() {
        if (signer.address().isPresent() && System.nanoTime() - balanceDueNanos >= 0) {
            balanceDueNanos = System.nanoTime() + BALANCE_EVERY.toNanos();
            metrics.balance(node.balance(signer.address().get()));
        }
    }

    private Engine engine(RawTransactions raw) {
        var patience = new Patience(config.resendAfter(), config.replaceAfter(), config.feeCapWei());
        var rules = new Engine.Rules(patience, config.confirmations(), config.awaitFinalized(), config.tipWei());
        return new Engine(node, transactions.stored(), raw, rules, Clock.systemUTC(), faults, metrics);
    }
}
