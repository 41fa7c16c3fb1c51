package io.tallystick.billing.chain;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.signature.Bytes32;
import java.util.Optional;

/** What became of an intent, as far as it is known when asked. */
public sealed interface Outcome {

    /** It happened, as deep in the chain as was asked for. */
    record Succeeded(Inclusion inclusion) implements Outcome {}

    /** The contract refused in a block that deep. */
    record Failed(Inclusion inclusion) implements Outcome {}

    /** The contract would refuse, so nothing was sent. */
    record Refused(String reason) implements Outcome {}

    /**
     * Not known yet.
     *
     * @param newest the newest attempt, if one was signed
     */
    record Pending(Optional<Bytes32> newest) implements Outcome {
        public Pending {
            requireNonNull(newest, "newest");
        }
    }

    /**
     * Reads a transaction's state for one who wants it {@code depth} blocks deep.
     *
     * @param depth blocks wanted on top of its own; 0: any block will do
     * @param head number of the newest block known
     */
    static Outcome of(Transaction transaction, int depth, long head) {
        var newest = transaction.newest().map(Attempt::hash);
        return switch (transaction.state()) {
            case TransactionState.Mined(var _, var in) when head - in.block() >= depth -> of(in);
            case TransactionState.Final(var in) -> of(in);
            case TransactionState.Reverted(var in) -> of(in);
            case TransactionState.Refused(var reason) -> new Refused(reason);
            case TransactionState.Planned _,
                    TransactionState.Signed _,
                    TransactionState.Sent _,
                    TransactionState.Mined _ -> new Pending(newest);
        };
    }

    private static Outcome of(Inclusion inclusion) {
        return inclusion.succeeded() ? new Succeeded(inclusion) : new Failed(inclusion);
    }
}
