package io.tallystick.billing.payment;

import io.tallystick.billing.channel.Channel;
import java.util.Optional;

/** What became of a payment. Not taking one is an answer, not an exception. */
public sealed interface Authorization {

    /** The call may be served. */
    record Held(Hold hold) implements Authorization {}

    /** This very call was authorized before; the hold may have been charged since. */
    record Replayed(Hold hold) implements Authorization {}

    /** Nothing is to be served: the payment was a request that is done, such as a refund. */
    record Done(String answer) implements Authorization {}

    /**
     * Not taken.
     *
     * @param reason the scheme's code for it
     * @param books how the channel stands, for a payer whose books differ from ours
     */
    record Refused(String reason, Optional<Channel> books) implements Authorization {}

    /** Verified, but what had to happen on chain failed or is not known yet. */
    record Failed(String answer) implements Authorization {}

    static Refused refused(String reason) {
        return new Refused(reason, Optional.empty());
    }
}
