package io.tallystick.billing.chain;

import static java.util.Objects.requireNonNull;

import io.tallystick.billing.signature.Bytes32;
import java.util.List;
import java.util.Optional;

/**
 * An intent on its way, with everything that was ever signed for it.
 *
 * @param attempts oldest first; all of them are watched
 * @param version rises with each change, so that of two workers one loses
 */
public record Transaction(Intent intent, TransactionState state, List<Attempt> attempts, long version) {

    public Transaction {
        requireNonNull(intent, "intent");
        requireNonNull(state, "state");
        attempts = List.copyOf(attempts);
    }

    public Optional<Attempt> newest() {
        return attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.getLast());
    }

    /** Whether it happened or may yet: an intent is on its way from the moment it is stored, long before it is signed. */
    public boolean wanted() {
        return !(state instanceof TransactionState.Refused);
    }

    public List<Bytes32> hashes() {
        return attempts.stream().map(Attempt::hash).toList();
    }
}
