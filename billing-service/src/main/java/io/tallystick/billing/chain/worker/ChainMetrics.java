package io.tallystick.billing.chain.worker;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.chain.TransactionState.Final;
import io.tallystick.billing.chain.TransactionState.Mined;
import io.tallystick.billing.chain.TransactionState.Planned;
import io.tallystick.billing.chain.TransactionState.Refused;
import io.tallystick.billing.chain.TransactionState.Reverted;
import io.tallystick.billing.chain.TransactionState.Sent;
import io.tallystick.billing.chain.TransactionState.Signed;
import io.tallystick.billing.chain.engine.Engine;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigInteger;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** What happens to transactions, for those who watch: metrics, a line in the log, and the trace that wanted them. */
@ApplicationScoped
public class ChainMetrics implements Engine.Listener {
    private final MeterRegistry registry;
    private final WorkSignal signal;
    private final ChainTraces traces;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicReference<BigInteger> balanceWei = new AtomicReference<>(BigInteger.ZERO);

    ChainMetrics(MeterRegistry registry, WorkSignal signal, ChainTraces traces) {
        this.registry = registry;
        this.signal = signal;
        this.traces = traces;
        registry.gauge("tallystick.chain.transactions.open", open);
    }

    /** What the signer has for gas. */
    void balance(BigInteger wei) {
        if (balanceWei.getAndSet(wei).signum() == 0) {
            // Not before it is known: nothing there would be an alarm.
            registry.gauge("tallystick.chain.signer.balance.wei", balanceWei, held -> held.get()
                    .doubleValue());
        }
    }

    void open(int transactions) {
        open.set(transactions);
    }

    void silent() {
        registry.counter("tallystick.chain.node.silent").increment();
    }

    @Override
    public void changed(Transaction before, TransactionState after) {
        registry.counter("tallystick.chain.transactions", "state", after.word()).increment();
        if (before.state() instanceof Mined && after instanceof Sent) {
            registry.counter("tallystick.chain.reorganisations").increment();
        }
        if (before.state() instanceof Sent && after instanceof Signed) {
            registry.counter("tallystick.chain.replacements").increment();
        }
        paid(after);
        if (after instanceof Planned) {
            registry.counter("tallystick.chain.nonces.lost").increment();
        }
        Log.infof(
                "transaction moved, intent=%s, from=%s, to=%s, attempts=%d",
                before.intent().key(),
                before.state().word(),
                after.word(),
                before.attempts().size());
        signal.changed();
        traces.changed(before, after);
    }

    /** Gas is paid for a transaction that the contract refused, too. */
    private void paid(TransactionState after) {
        var inclusion =
                switch (after) {
                    case Final(var in) -> in;
                    case Reverted(var in) -> in;
                    case Planned _, Signed _, Sent _, Mined _, Refused _ -> null;
                };
        if (inclusion != null) {
            registry.counter("tallystick.chain.gas").increment((double) inclusion.gasUsed());
            registry.counter("tallystick.chain.fees.wei")
                    .increment(inclusion
                            .gasPriceWei()
                            .multiply(BigInteger.valueOf(inclusion.gasUsed()))
                            .doubleValue());
        }
    }

    @Override
    public void stuck(Transaction transaction, String why) {
        registry.counter("tallystick.chain.stuck").increment();
        Log.errorf(
                "transaction is stuck, intent=%s, attempts=%d, cause=%s",
                transaction.intent().key(), transaction.attempts().size(), why);
    }
}
