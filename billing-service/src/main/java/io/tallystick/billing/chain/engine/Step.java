package io.tallystick.billing.chain.engine;

import io.tallystick.billing.chain.Attempt;
import io.tallystick.billing.chain.Fees;
import io.tallystick.billing.chain.Inclusion;
import io.tallystick.billing.chain.Transaction;
import io.tallystick.billing.chain.TransactionState;
import io.tallystick.billing.chain.TransactionState.Final;
import io.tallystick.billing.chain.TransactionState.Mined;
import io.tallystick.billing.chain.TransactionState.Planned;
import io.tallystick.billing.chain.TransactionState.Refused;
import io.tallystick.billing.chain.TransactionState.Reverted;
import io.tallystick.billing.chain.TransactionState.Sent;
import io.tallystick.billing.chain.TransactionState.Signed;
import java.time.Instant;

/** The next thing to do for a transaction. Deciding looks at nothing but its arguments. */
public sealed interface Step {

    /** Take a nonce and sign. */
    record Sign() implements Step {}

    /** Sign again under the same nonce with higher fees. */
    record Replace(Attempt attempt, Fees fees) implements Step {}

    /** Give the newest attempt to the node. */
    record Send(Attempt attempt, boolean stuck) implements Step {}

    /** Store what the chain shows. */
    record Become(TransactionState state) implements Step {}

    /** Nothing to do until the chain moves. */
    record Wait() implements Step {}

    static Step next(Transaction transaction, Sighting sighting, Patience patience, Instant now) {
        return switch (transaction.state()) {
            case Planned _ -> new Sign();
            case Signed(var nonce, var _)
            when sighting.inclusion().isPresent() ->
                new Become(new Mined(nonce, sighting.inclusion().get()));
            case Signed(var nonce, var _) when sighting.finallyUsedNonces() > nonce -> new Become(new Planned());
            case Signed _ -> new Send(newest(transaction), false);
            case Sent(var nonce, var _)
            when sighting.inclusion().isPresent() ->
                new Become(new Mined(nonce, sighting.inclusion().get()));
            case Sent(var nonce, var _) when sighting.finallyUsedNonces() > nonce -> new Become(new Planned());
            // The nonce is used, not by us, and not finally: a reorganisation may give it back.
            case Sent(var nonce, var _) when sighting.usedNonces() > nonce -> new Wait();
            case Sent(var _, var sentAt) -> urge(newest(transaction), sentAt, sighting, patience, now);
            case Mined(var nonce, var inclusion) -> mined(nonce, inclusion, sighting);
            case Final _, Reverted _, Refused _ -> new Wait();
        };
    }

    private static Step urge(Attempt newest, Instant sentAt, Sighting sighting, Patience patience, Instant now) {
        var stuck = !now.isBefore(newest.signedAt().plus(patience.replaceAfter()));
        if (stuck) {
            var fees = newest.fees().raised(sighting.offer());
            if (fees.within(patience.feeCapWei())) {
                return new Replace(newest, fees);
            }
        }
        return now.isBefore(sentAt.plus(patience.resendAfter())) ? new Wait() : new Send(newest, stuck);
    }

    private static Step mined(long nonce, Inclusion known, Sighting sighting) {
        if (sighting.inclusion().isEmpty()) {
            // Due for sending at once: the node may have dropped it together with the block.
            return new Become(new Sent(nonce, Instant.EPOCH));
        }
        var seen = sighting.inclusion().get();
        if (!seen.equals(known)) {
            return new Become(new Mined(nonce, seen));
        }
        if (seen.block() > sighting.finalBlock()) {
            return new Wait();
        }
        return new Become(seen.succeeded() ? new Final(seen) : new Reverted(seen));
    }

    private static Attempt newest(Transaction transaction) {
        return transaction
                .newest()
                .orElseThrow(() -> new IllegalStateException(
                        "no attempt of " + transaction.intent().key()));
    }
}
