package io.tallystick.billing.chain.worker;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.chain.TransactionState.Mined;
import io.tallystick.billing.chain.TransactionState.Planned;
import io.tallystick.billing.chain.TransactionState.Sent;
import io.tallystick.billing.chain.TransactionState.Signed;
import io.tallystick.billing.chain.engine.Engine;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What happens to transactions, for those who watch: metrics, and a line in the log. */
@ApplicationScoped
public class ChainMetrics implements Engine.Listener {
    private final MeterRegistry registry;
    private final WorkSignal signal;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong stranded = new AtomicLong();

    ChainMetrics(MeterRegistry registry, WorkSignal signal) {
        this.registry = registry;
        this.signal = signal;
        registry.gauge("tallystick.chain.transactions.open", open);
        registry.gauge("tallystick.chain.transactions.stranded", stranded);
    }

    void open(int transactions) {
        open.set(transactions);
    }

    void stranded(long transactions) {
        if (transactions > 0 && stranded.get() == 0) {
            Log.errorf(
                    "transactions wait for another signer or chain than is configured, open=%d: start with the former"
                            + " tallystick.settlement.signer-key-file or tallystick.chain.id until they are final",
                    transactions);
        }
        stranded.set(transactions);
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
    }

    @Override
    public void stuck(Transaction transaction, String why) {
        registry.counter("tallystick.chain.stuck").increment();
        Log.errorf(
                "transaction is stuck, intent=%s, attempts=%d, cause=%s",
                transaction.intent().key(), transaction.attempts().size(), why);
    }
}
